import { commonOptions, type Command, type OptionTable } from './command.ts';

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
