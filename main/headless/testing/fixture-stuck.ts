import { open } from 'node:fs/promises';
import { defineCommand } from '../cli/command.ts';
import { runProcess } from '../cli/run-command-line.ts';

// A command that waits for a pipe nobody writes to, as others might for a disk that hangs: a thread
// of the process is stuck for good, and no signal is asked for.
const stuckCommand = defineCommand({
  name: 'stuck',
  usage: 'stuck PIPE',
  summary: 'Wait for ever.',
  positionals: { min: 1, max: 1 },
  options: {},
  async run({ positionals: [path = ''], terminal }) {
    const opening = open(path, 'r');
    terminal.note('waiting');
    await opening;
  },
});

await runProcess(process.argv.slice(2), [stuckCommand]);
