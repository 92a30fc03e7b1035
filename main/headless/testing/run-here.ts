import { join } from 'node:path';
import { Writable } from 'node:stream';

/** What a finished command line left behind. */
export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs `lima …words` in this process with `folder` as the current one: without starting Node and
 * loading the program, which takes most of the time of a short command. One at a time.
 */
export async function runHere(folder: string, words: string[]): Promise<CliResult> {
  const place = standIn(folder);
  try {
    return await run(words);
  } finally {
    place[Symbol.dispose]();
  }
}

async function run(words: string[]): Promise<CliResult> {
  // Loaded late: whoever only starts processes needs none of it.
  const { runCommandLine } = await import('../cli/run-command-line.ts');
  const { commands } = await import('../commands/command-table.ts');
  const [stdout, stderr] = [new Kept(), new Kept()];
  const { signal } = new AbortController();
  const code = await runCommandLine(words, { commands, streams: { stdout, stderr }, signal });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

let isTaken = false;

/** Puts this process into a folder, with the settings that lie there, until it is disposed of. */
function standIn(folder: string): Disposable {
  if (isTaken) throw new Error('Another command line runs in this process');
  const [before, settings] = [process.cwd(), process.env['LIMA_USER_DATA']];
  process.chdir(folder);
  process.env['LIMA_USER_DATA'] = join(folder, 'user');
  isTaken = true;
  return {
    [Symbol.dispose]: () => {
      isTaken = false;
      process.chdir(before);
      if (settings === undefined) delete process.env['LIMA_USER_DATA'];
      else process.env['LIMA_USER_DATA'] = settings;
    },
  };
}

/** A stream that keeps what is written. */
class Kept extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
