import { z } from 'zod';
import { UsageError } from '../cli/command-error.ts';

type FlatSchema = z.ZodObject<Record<string, z.ZodType>>;

interface Field {
  name: string;
  isNumber: boolean;
  choices: string[];
  description: string;
  fallback: unknown;
}

/** The fields of a flat schema, as its JSON schema tells them. */
function fieldsOf(schema: FlatSchema): Field[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const facts = typeof property === 'object' ? property : {};
    return {
      name,
      isNumber: facts.type === 'number' || facts.type === 'integer',
      choices: (facts.enum ?? []).map(String),
      description: describeField(facts),
      fallback: facts.default,
    };
  });
}

/** Meaning, unit and source of a field, as far as the schema tells them. */
function describeField(facts: Record<string, unknown>): string {
  const text = (key: string) => (typeof facts[key] === 'string' ? facts[key] : '');
  const unit = text('unit') === '' ? '' : ` [${text('unit')}]`;
  const source = text('source') === '' ? '' : `; ${text('source')}`;
  return `${text('description')}${unit}${source}`;
}

/** One help line per field: name, default and meaning. */
export function describeSettings(schema: FlatSchema): string[] {
  return fieldsOf(schema).map(({ name, fallback, choices, description }) => {
    const values = choices.length > 1 ? ` (${choices.join(' | ')})` : '';
    return `  ${`${name}=${String(fallback)}`.padEnd(26)} ${description}${values}`.trimEnd();
  });
}

/**
 * Typed values out of `key=value` words, checked by the schema's own rules. Throws `UsageError`
 * that names the key, the value and what would be right.
 */
export function parseSettings(schema: FlatSchema, pairs: readonly string[]) {
  const fields = fieldsOf(schema);
  const settings: Record<string, string | number> = {};
  for (const pair of pairs) {
    const [, name = '', text = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (name === '') throw new UsageError(`--set "${pair}" is not key=value.`);
    const field = fields.find((candidate) => candidate.name === name);
    if (!field) throw unknownSetting(name, fields);
    const value = field.isNumber ? Number(text) : text;
    const problem = problemOf(schema, name, text === '' ? undefined : value);
    if (problem) throw new UsageError(`--set ${name}=${text}: ${problem}`);
    settings[name] = value;
  }
  return settings;
}

function problemOf(schema: FlatSchema, name: string, value: unknown): string | undefined {
  if (value === undefined) return 'the value is missing.';
  const parsed = z.safeParse(schema.shape[name] ?? z.never(), value);
  return parsed.success ? undefined : parsed.error.issues.map((issue) => issue.message).join('; ');
}

function unknownSetting(name: string, fields: Field[]): UsageError {
  const names = fields.map((field) => field.name);
  const similar = names.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  const hint = similar ? ` Did you mean ${similar}?` : ` Known keys: ${names.join(', ')}.`;
  return new UsageError(`--set ${name} is unknown.${hint}`);
}
