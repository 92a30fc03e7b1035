import { parseArgs } from 'node:util';
import { didYouMean, nearName } from '../../../shared/text/near-name.ts';
import { UsageError } from './command-error.ts';
import type { Terminal } from './terminal.ts';

/** One option as the parser and the help page need it; `value` names what follows it. */
export interface OptionSpec {
  type: 'string' | 'boolean';
  multiple?: boolean;
  value?: string;
  description: string;
}

/** The options of a command by name, without the dashes. */
export type OptionTable = Record<string, OptionSpec>;

type OptionValue<Spec extends OptionSpec> = Spec['type'] extends 'boolean'
  ? boolean
  : Spec extends { multiple: true }
    ? string[]
    : string;

/** Options as given; an option that was not given is absent. */
export type OptionValues<Table extends OptionTable> = {
  [Name in keyof Table]?: OptionValue<Table[Name]>;
};

/** One call of a command. `signal` aborts at the first Ctrl-C. */
export interface Call<Table extends OptionTable = OptionTable> {
  positionals: string[];
  options: OptionValues<Table>;
  terminal: Terminal;
  signal: AbortSignal;
  /** The command changes the project: one that is open for reading only is refused at once. */
  edits: boolean;
  /** The person said to trust the project from now on. */
  trusts: boolean;
}

/** A command before its option types are hidden. `usage` is everything after `lima`. */
export interface CommandDefinition<Table extends OptionTable> {
  name: string;
  usage: string;
  summary: string;
  positionals: { min: number; max: number };
  options: Table;
  /** It changes the project, and so has the option `--trust`. */
  edits?: boolean;
  /** More lines for the help page. */
  details?: () => string[];
  run(call: Call<Table>): Promise<void>;
}

/** A row of the command table. */
export interface Command {
  name: string;
  usage: string;
  summary: string;
  options: OptionTable;
  details: () => string[];
  /** Parses `words` (what follows the command's name) and runs it; throws `UsageError`. */
  run(words: string[], terminal: Terminal, signal: AbortSignal): Promise<void>;
}

/** The option of a command that writes a file: what no export wrote is replaced only with it. */
export const overwriteOption = {
  overwrite: { type: 'boolean', description: 'replace a file that is there and no export wrote' },
} as const satisfies OptionTable;

/** The option of a command that asks a system which may be put together of strangers. */
export const otherBaseOption = {
  'other-base': {
    type: 'boolean',
    description: 'allow an adapter that was trained on another base; answers record it',
  },
} as const satisfies OptionTable;

/** The strength of an adapter, from 0 (the base alone) to 4. */
export const strengthOption = {
  strength: { type: 'string', value: 'S', description: 'factor of the adapter; default: 1' },
} as const satisfies OptionTable;

/** The number of `--strength`; what is no strength is wrong usage. */
export function strengthOf(text: string | undefined, hasAdapter: boolean): number {
  if (text === undefined) return 1;
  if (!hasAdapter) throw new UsageError('--strength is for an adapter: give one with --adapter.');
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 4))
    throw new UsageError(`--strength "${text}" is not a number from 0 to 4.`);
  return value;
}

/** Options every command has. */
export const commonOptions = {
  json: { type: 'boolean', description: 'print one JSON document on standard output' },
  'json-lines': {
    type: 'boolean',
    description: 'print progress as JSON lines, the result as the last one',
  },
  help: { type: 'boolean', description: 'explain the command' },
} as const satisfies OptionTable;

const trustOption = {
  trust: {
    type: 'boolean',
    description: 'trust a project that was made elsewhere from now on, as lima trust does',
  },
} as const satisfies OptionTable;

/** Makes a command whose options are typed by its own table. */
export function defineCommand<const Table extends OptionTable>(
  definition: CommandDefinition<Table>,
): Command {
  const { name, summary, options, edits = false, details = () => [] } = definition;
  const usage = edits ? `${definition.usage} [--trust]` : definition.usage;
  const everyOption = edits ? { ...options, ...trustOption } : options;
  return {
    name,
    usage,
    summary,
    options: everyOption,
    details,
    run: async (words, terminal, signal) => {
      const parsed = parseWords(words, { ...everyOption, ...commonOptions }, usage);
      const { min, max } = definition.positionals;
      if (parsed.positionals.length < min || parsed.positionals.length > max)
        throw new UsageError(
          parsed.positionals.length < min
            ? `Something is missing. Usage: lima ${usage}`
            : `"${parsed.positionals[max]}" is too much. Usage: lima ${usage}`,
        );
      const { values, positionals } = parsed;
      if (!areValuesOf(options, values)) throw new TypeError(`Options of ${name} have other types`);
      const trusts = edits && values['trust'] === true;
      await definition.run({ positionals, options: values, terminal, signal, edits, trusts });
    },
  };
}

/** The parser already checks types; this tells the compiler so without a cast. */
function areValuesOf<Table extends OptionTable>(
  table: Table,
  values: Record<string, unknown>,
): values is OptionValues<Table> {
  return Object.entries(table).every(([name, { type, multiple }]) => {
    const value = values[name];
    if (value === undefined) return true;
    return multiple ? Array.isArray(value) : typeof value === type;
  });
}

function parseWords(words: string[], options: OptionTable, usage: string) {
  const args = withNegativeValues(words, options);
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [, unknown] = /^Unknown option '--?([^']*)'/.exec(error.message) ?? [];
    const near = unknown === undefined ? undefined : nearName(unknown, Object.keys(options));
    const hint = near === undefined ? '' : ` Did you mean --${near}?`;
    throw new UsageError(`${error.message.split('. ', 1)[0]}.${hint} Usage: lima ${usage}`);
  }
}

/** The parser takes the -1 of `--seed -1` for an option: a number is said to be what it is given for. */
function withNegativeValues(words: readonly string[], options: OptionTable): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const [, name] = /^--([a-z-]+)$/.exec(joined.at(-1) ?? '') ?? [];
    const takesValue = name !== undefined && options[name]?.type === 'string';
    if (takesValue && /^-(?:\.?\d|inf)/i.test(word)) joined.push(`${joined.pop()}=${word}`);
    else joined.push(word);
  }
  return joined;
}

/** The positional at `index`; the command's `min` must cover it. */
export function positional(call: { positionals: string[] }, index: number): string {
  const word = call.positionals[index];
  if (word === undefined) throw new RangeError(`No positional ${index}: raise the command's min`);
  return word;
}

/** The value of an option that must be given. */
export function requiredOption(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw new UsageError(`--${name} is missing.`);
  return value;
}

/** An option that is a whole number from `min` up, or to `max`. */
export function wholeNumber(
  value: string | undefined,
  name: string,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} up` : `from ${min} to ${max}`;
  if (!/^\d+$/.test(value) || number < min || number > max)
    throw new UsageError(`--${name} "${value}" is not a whole number ${range}.`);
  return number;
}

/** An option or word that is one of a few. */
export function oneOf<const Choice extends string>(
  value: string,
  choices: readonly Choice[],
  what: string,
): Choice {
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined)
    throw new UsageError(
      `${what} "${value}" is unknown.${didYouMean(value, choices)} Choose one of: ${choices.join(', ')}.`,
    );
  return choice;
}
