import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { programFile } from '../../engines/program-file.ts';
import { runHere, type CliResult } from './run-here.ts';

/** Runs a program on a pseudo-terminal; part of every Debian (bsdutils). */
const terminalProgram = '/usr/bin/script';

const cliPath = fileURLToPath(programFile(new URL('../cli.ts', import.meta.url)));

/**
 * A folder with its own settings in which command lines run: those that are started as real
 * processes, and so are the others unless `runs` is `here`, in the process of the test.
 */
export class CliFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'lima-cli-'));
  readonly #runs: 'alone' | 'here';

  constructor(runs: 'alone' | 'here' = 'alone') {
    this.#runs = runs;
  }

  /** Writes a file into the folder and returns its name. */
  write(name: string, lines: readonly object[]): string {
    writeFileSync(join(this.path, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return name;
  }

  /** Runs `lima …words` to its end. */
  async run(...words: string[]): Promise<CliResult> {
    if (this.#runs === 'here') return await runHere(this.path, words);
    return await this.start(words).finished;
  }

  /** Runs a command that must succeed and parses its one JSON document with `schema`. */
  async document<Shape extends z.ZodType>(schema: Shape, ...words: string[]) {
    const { code, stdout, stderr } = await this.run(...words, '--json');
    if (code !== 0)
      throw new Error(`lima ${words.join(' ')} ended with ${code}: ${stdout}${stderr}`);
    return schema.parse(JSON.parse(stdout));
  }

  /** Starts `lima …words`; `entry` is another program of this folder's kind, such as start.ts. */
  start(words: string[], entry = cliPath): RunningCli {
    const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...env } = process.env;
    const child = spawn(process.execPath, [entry, ...words], {
      cwd: this.path,
      env: { ...env, LIMA_USER_DATA: join(this.path, 'user') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new RunningCli(child);
  }

  /** Starts `lima …words` on a terminal of its own, so that keys can be pressed (Linux). */
  startOnTerminal(words: string[]): RunningCli {
    const command = [process.execPath, cliPath, ...words].map((word) => `'${word}'`).join(' ');
    const child = spawn(terminalProgram, ['-qec', command, '/dev/null'], {
      cwd: this.path,
      env: { ...process.env, LIMA_USER_DATA: join(this.path, 'user') },
    });
    return new RunningCli(child);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

/** A command line that is still running. */
export class RunningCli {
  readonly child: ChildProcess;
  readonly finished: Promise<CliResult>;
  stdout = '';
  stderr = '';

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.finished = once(child, 'close').then(([code, signal]: unknown[]) => ({
      code: shellCode(code, signal),
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  /** Waits until `pattern` was printed on either stream; throws when the process ends first. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (match) return match;
      if (this.child.exitCode !== null)
        throw new Error(`${String(pattern)} was never printed: ${this.stdout}${this.stderr}`);
      await delay(20);
    }
  }

  /** Waits until a training with `--json-lines` has printed the metrics of so many steps. */
  async didSteps(steps: number): Promise<void> {
    const newest = () => Math.max(0, ...this.#printedSteps());
    while (newest() < steps) {
      if (this.child.exitCode !== null)
        throw new Error(`It ended after step ${newest()}: ${this.stdout}${this.stderr}`);
      await delay(20);
    }
  }

  #printedSteps(): number[] {
    return [...this.stdout.matchAll(/"metric":\{"step":(\d+)/g)].map(([, step]) => Number(step));
  }

  /** Process ids of the engines this command has started (Linux). */
  engines(): number[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && parentOf(pid) === this.child.pid);
  }
}

/** The parent of a process, or `undefined` when it is gone. */
function parentOf(pid: number): number | undefined {
  try {
    const [, fields = ''] = /\)(.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return Number(fields.trim().split(' ')[1]);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

/** Waits up to five seconds until none of the processes is there any more. */
export async function allGone(pids: readonly number[]): Promise<boolean> {
  for (let waited = 0; waited < 50; waited++) {
    if (pids.every((pid) => parentOf(pid) === undefined)) return true;
    await delay(100);
  }
  return false;
}

/** The exit code a shell reports: a process that a signal ended counts as 128 + its number. */
function shellCode(code: unknown, signal: unknown): number | null {
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1];
  return number === undefined ? z.number().nullable().parse(code) : 128 + number;
}
