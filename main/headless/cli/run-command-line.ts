import { appVersion } from '../../core/base/app-version.ts';
import type { Command } from './command.ts';
import { UsageError } from './command-error.ts';
import { commandHelp, overviewHelp } from './help.ts';
import { exitCodes, reportError } from './report-error.ts';
import { Terminal, type TerminalStreams } from './terminal.ts';

/** What a command line runs in: the table of commands, and where the words go. */
export interface CommandLineContext {
  commands: readonly Command[];
  streams: TerminalStreams;
  signal: AbortSignal;
}

/** Runs one command line (the words after `lima`) and returns the exit code. */
export async function runCommandLine(
  words: string[],
  { commands, streams, signal }: CommandLineContext,
): Promise<number> {
  const terminal = new Terminal(modeOf(words), streams);
  try {
    const command = commands.find((candidate) => isNamed(candidate, words));
    if (words.includes('--version')) terminal.result({ version: appVersion }, appVersion);
    else if (wantsHelp(words)) {
      const text = command ? commandHelp(command) : overviewHelp(commands);
      terminal.result({ help: text }, text);
    } else if (!command) throw unknownCommand(words, commands);
    else await command.run(words.slice(command.name.split(' ').length), terminal, signal);
    return exitCodes.done;
  } catch (error) {
    return reportError(error, terminal);
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
  const names = commands.map((command) => command.name).join(', ');
  return new UsageError(`There is no command "${words[0]}". Commands: ${names}.`);
}
