import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandError } from '../cli/command-error.ts';
import { damageAdvice, describeDamage } from '../../../shared/text/project/damage.ts';
import { defineCommand, type Call } from '../cli/command.ts';
import { examineDevices } from '../doctor/device-checks.ts';
import type { Finding } from '../doctor/finding.ts';
import { examineMachine } from '../doctor/machine-checks.ts';
import { openCore, openCoreWithProject } from '../cli/open-core.ts';

const marks = { ok: 'ok       ', missing: 'optional ', problem: 'PROBLEM  ' } as const;

/** `lima doctor`: whether everything works on this machine, and what to do where it does not. */
export const doctorCommand = defineCommand({
  name: 'doctor',
  usage: 'doctor [P.lima]',
  summary: 'Check this machine: Node, native libraries, memory, disk, devices and their gradients.',
  positionals: { min: 0, max: 1 },
  options: {},
  details: () => ['With a project it also checks every row of that against its checksum.'],
  async run(call) {
    const { terminal, positionals } = call;
    const ofMachine = await examineInScratch();
    const findings = [...ofMachine, ...(positionals.length > 0 ? await examineProject(call) : [])];
    const problems = findings.filter((finding) => finding.state === 'problem');
    if (problems.length === 0) {
      terminal.result({ findings }, findings.map(describeFinding).join('\n'));
      return;
    }
    if (terminal.mode === 'human')
      terminal.result(findings, findings.map(describeFinding).join('\n'));
    const names = problems.map((finding) => finding.name).join(', ');
    throw new CommandError('MACHINE_PROBLEM', `Not everything works here: ${names}.`, { findings });
  },
});

/** What the disk changed in a project by itself, and whether a backup has it as it was. */
async function examineProject(call: Call): Promise<Finding[]> {
  await using project = await openCoreWithProject(call);
  const { damage } = await project.client.backups.damage();
  const name = 'project rows';
  if (damage.length === 0)
    return [{ name, state: 'ok', detail: `${project.info.path} is what was stored`, advice: '' }];
  return damage.map((each) => ({
    name,
    state: 'problem',
    detail: describeDamage(each),
    advice: damageAdvice(each.wholeIn !== null),
  }));
}

/** Settings go to a temporary folder too: the trial must not appear among recent projects. */
async function examineInScratch(): Promise<Finding[]> {
  const scratchDir = await mkdtemp(join(tmpdir(), 'lima-doctor-'));
  try {
    // A folder of settings holds no projects, so they lie beside the one of the trial.
    await using core = await openCore(join(scratchDir, 'user'));
    const findings = await examineMachine(core.client, scratchDir);
    // With the person's own settings, where the tests of devices are kept.
    await using own = await openCore();
    return [...findings, ...(await examineDevices(own.client))];
  } finally {
    await rm(scratchDir, { recursive: true });
  }
}

function describeFinding({ name, state, detail, advice }: Finding): string {
  const line = `${marks[state]} ${name}: ${detail}`;
  return advice === '' ? line : `${line}\n           ${advice}`;
}
