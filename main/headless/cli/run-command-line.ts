import { didYouMean } from '../../../shared/text/near-name.ts';
import { appVersion } from '../../core/base/application.ts';
import { type Command, commonOptions, type OptionTable } from './command.ts';
import { UsageError, exitCodes, reportError } from './command-error.ts';
import { abortOnInterrupt, endAtOnce, exitCodeAfter, untilInterrupted } from './interrupt.ts';
import { Terminal, type TerminalStreams } from './terminal.ts';

/** What a command line runs in: the table of commands, and where the words go. */
export interface CommandLineContext {
  commands: readonly Command[];
  streams: TerminalStreams;
  signal: AbortSignal;
}

/** Runs the command line of this process to its end, which an interrupted one does not wait for. */
export async function runProcess(words: string[], commands: readonly Command[]): Promise<void> {
  // A thread that waits for a hung disk is lost: four, Node's default, would soon be gone. They are
  // started when the first of them is needed, so it is not too late here.
  process.env['UV_THREADPOOL_SIZE'] ??= '16';
  const signal = abortOnInterrupt();
  const exitCode = await runCommandLine(words, { commands, streams: process, signal });
  // What was left behind when it was interrupted must not hold up the end.
  if (signal.aborted) endAtOnce(exitCode);
  process.exitCode = exitCode;
}

/** Runs one command line (the words after `lima`) and returns the exit code. */
export async function runCommandLine(
  words: string[],
  { commands, streams, signal }: CommandLineContext,
): Promise<number> {
  const terminal = new Terminal(modeOf(words), streams);
  try {
    // `backup list` is not `backup` of a project named "list".
    const [command] = commands
      .filter((candidate) => isNamed(candidate, words))
      .toSorted((a, b) => b.name.length - a.name.length);
    if (words.includes('--version')) terminal.result({ version: appVersion }, appVersion);
    else if (wantsHelp(words)) {
      const text = command ? commandHelp(command) : overviewHelp(commands);
      terminal.result({ help: text }, text);
    } else if (!command) throw unknownCommand(words, commands);
    else {
      const rest = words.slice(command.name.split(' ').length);
      await untilInterrupted(command.run(rest, terminal, signal), signal);
    }
    return exitCodeAfter(exitCodes.done, signal);
  } catch (error) {
    return exitCodeAfter(reportError(error, terminal), signal);
  }
}

function modeOf(words: string[]) {
  if (words.includes('--json-lines')) return 'json-lines';
  return words.includes('--json') ? 'json' : 'human';
}

function wantsHelp(words: string[]): boolean {
  return words.length === 0 || words[0] === 'help' || words.includes('--help');
}

function isNamed(command: Command, words: string[]): boolean {
  const start = words[0] === 'help' ? 1 : 0;
  return command.name.split(' ').every((word, index) => words[start + index] === word);
}

function unknownCommand(words: string[], commands: readonly Command[]): UsageError {
  const group = commands.filter((command) => command.name.startsWith(`${words[0]} `));
  if (group.length > 0)
    return new UsageError(
      `Say which: ${group.map((command) => `lima ${command.name}`).join(', ')}.`,
    );
  const names = commands.map((command) => command.name);
  const near = didYouMean(words[0] ?? '', names);
  return new UsageError(`There is no command "${words[0]}".${near} Commands: ${names.join(', ')}.`);
}

/** The overview: every command of the table with its one-line summary. */
export function overviewHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    'Lima Workbench: curate, fine-tune, chat and compare, offline.',
    '',
    'Usage: lima <command> …',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    '  --help with a command explains it; --version prints the version.',
    '  Exit codes: 0 done, 1 failed, 2 wrong usage, 130 cancelled.',
  ].join('\n');
}

/** The page of one command. */
export function commandHelp(command: Command): string {
  return [
    command.summary,
    '',
    `Usage: lima ${command.usage}`,
    '',
    'Options:',
    ...optionLines({ ...command.options, ...commonOptions }),
    ...command.details(),
  ].join('\n');
}

function optionLines(options: OptionTable): string[] {
  const rows = Object.entries(options).map(([name, { value, multiple, description }]) => ({
    label: `--${name}${value ? ` ${value}` : ''}${multiple ? ' …' : ''}`,
    description,
  }));
  const width = Math.max(...rows.map((row) => row.label.length));
  return rows.map((row) => `  ${row.label.padEnd(width)}  ${row.description}`);
}
