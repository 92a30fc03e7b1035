import { resolve } from 'node:path';
import type { ProjectInfo } from '../../../shared/contract/app.ts';
import { nextStep, stepsOf, type PipelineFacts } from '../../../shared/domain/project/pipeline.ts';
import { describeDamage } from '../../../shared/text/project/damage.ts';
import { packetText } from '../../../shared/text/merging.ts';
import { formatBytes, formatCount } from '../../../shared/text/numbers.ts';
import { describeContents, describeCounts } from '../../../shared/text/project/project-contents.ts';
import { stepAmountText } from '../../../shared/text/project/pipeline.ts';
import { readOnlyNotice } from '../../../shared/text/project/read-only.ts';
import { defineCommand, positional } from '../cli/command.ts';
import { openCore, openCoreWithProject, tellOpening } from '../cli/open-core.ts';

/** `lima new`: makes an empty project file, or the sample project. */
export const newCommand = defineCommand({
  name: 'new',
  usage: 'new P.lima [--sample]',
  summary: 'Make an empty project file.',
  positionals: { min: 1, max: 1 },
  options: {
    sample: {
      type: 'boolean',
      description: 'the sample project: 300 samples, their dataset, prompts and a base model',
    },
  },
  async run(call) {
    await using core = await openCore();
    const path = resolve(positional(call, 0));
    const { project } = core.client;
    const info = await (call.options.sample ? project.createSample : project.create)({ path });
    call.terminal.result(info, `Created ${info.path}.`);
  },
});

/** `lima info`: what a project holds. */
export const infoCommand = defineCommand({
  name: 'info',
  usage: 'info P.lima',
  summary: 'Count what a project holds.',
  positionals: { min: 1, max: 1 },
  options: {},
  async run(call) {
    await using project = await openCoreWithProject(call);
    const { damage } = await project.client.backups.damage();
    const contents = await project.client.project.contents();
    const pipeline = await project.client.project.pipeline();
    const lines = damage.map((each) => `damaged      ${describeDamage(each)}`);
    const advice = damage.length > 0 ? ['`lima doctor` says what to do.'] : [];
    call.terminal.result(
      { ...project.info, contents, damage, pipeline, nextStep: nextStep(pipeline) },
      [
        describeProject(project.info),
        ...describePipeline(pipeline),
        ...lines,
        ...advice,
        ...describeContents(contents),
      ].join('\n'),
    );
  },
});

/** How far the project is, and what comes next. */
function describePipeline(facts: PipelineFacts): string[] {
  const steps = stepsOf(facts).map((step) => `${step} ${stepAmountText(facts, step) || '–'}`);
  const next = nextStep(facts);
  return [`pipeline     ${steps.join(' · ')}`, `next         ${next ?? 'nothing: all is done'}`];
}

/** `lima trust`: says once that a project from elsewhere may be edited. */
export const trustCommand = defineCommand({
  name: 'trust',
  usage: 'trust P.lima',
  summary: 'Show what a project from elsewhere holds, and allow edits from now on.',
  positionals: { min: 1, max: 1 },
  options: {},
  async run(call) {
    const { terminal } = call;
    await using core = await openCore();
    const { project } = core.client;
    const path = resolve(positional(call, 0));
    await tellOpening(core.client, call, (options) => project.open({ path }, options));
    const contents = await project.contents();
    const info = await tellOpening(core.client, call, (options) =>
      project.trust(undefined, options),
    );
    for (const line of [describeCounts(contents), ...describeContents(contents)])
      terminal.note(line);
    if (info.readReason !== null) terminal.note(readOnlyNotice(info.readReason));
    terminal.result({ ...info, contents }, `${info.path} is trusted on this machine from now on.`);
  },
});

function describeProject(info: ProjectInfo): string {
  const { pending, accepted, rejected } = info.samples;
  return [
    `${info.name} (${info.path}, ${formatBytes(info.sizeBytes)}, schema ${info.schemaVersion})`,
    `samples      ${formatCount(pending + accepted + rejected)}: ${formatCount(accepted)} accepted, ` +
      `${formatCount(rejected)} rejected, ${formatCount(pending)} pending`,
    `datasets     ${formatCount(info.datasets)}`,
    `runs         ${formatCount(info.runs)}`,
    `evaluations  ${formatCount(info.evaluations)}`,
    ...[info.packet && packetText(info.packet), info.notice, info.backupProblem].filter(
      (line) => line !== null,
    ),
  ].join('\n');
}
