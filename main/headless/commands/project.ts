import { resolve } from 'node:path';
import type { ProjectInfo } from '../../../shared/contract/app.ts';
import { describeDamage } from '../../../shared/text/damage.ts';
import { formatBytes, formatCount } from '../../../shared/text/numbers.ts';
import { defineCommand, positional } from '../cli/command.ts';
import { openCore, openCoreWithProject } from '../cli/open-core.ts';

/** `lima new`: makes an empty project file. */
export const newCommand = defineCommand({
  name: 'new',
  usage: 'new P.lima',
  summary: 'Make an empty project file.',
  positionals: { min: 1, max: 1 },
  options: {},
  async run(call) {
    await using core = await openCore();
    const info = await core.client.project.create({ path: resolve(positional(call, 0)) });
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
    const lines = damage.map((each) => `damaged      ${describeDamage(each)}`);
    const advice = damage.length > 0 ? ['`lima doctor` says what to do.'] : [];
    call.terminal.result(
      { ...project.info, damage },
      [describeProject(project.info), ...lines, ...advice].join('\n'),
    );
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
    ...[info.notice, info.backupProblem].filter((line) => line !== null),
  ].join('\n');
}
