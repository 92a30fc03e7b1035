import { abortOnInterrupt } from './interrupt.ts';
import { runCommandLine } from './run-command-line.ts';

// A reader such as `head` may close the pipe early: that ends the output, it is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runCommandLine(process.argv.slice(2), process, abortOnInterrupt());
