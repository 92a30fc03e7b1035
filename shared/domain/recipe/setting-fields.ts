import { z } from 'zod';

/** Metadata of a field of a schema: `source` says where its value in the presets comes from. */
export const about = (description: string, source: string, unit = '') => ({
  description,
  source,
  unit,
});

/** Metadata of a field that one training method reads and the other one ignores. */
export const only = (onlyFor: 'lora' | 'full', facts: ReturnType<typeof about>) => ({
  ...facts,
  onlyFor,
});

/** One field of a schema of settings, as form and command line need it to ask for a value. */
export interface SettingField {
  name: string;
  description: string;
  /** What is counted or measured; empty for words and ratios. */
  unit: string;
  /** Where the value of the presets comes from; empty when the schema does not say. */
  source: string;
  /** The training method that reads the field; the other one ignores it. */
  onlyFor: string | undefined;
  /** The default as one would type it. */
  fallback: string;
  isNumber: boolean;
  /** What a number may be, as in `a whole number, at least 1 and at most 512`; empty for words. */
  range: string;
  /** Allowed words; empty for numbers and free text. */
  choices: readonly string[];
}

/** The fields of a flat schema in its order, from its JSON schema and the metadata in it. */
export function settingFields(schema: z.ZodObject): SettingField[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const facts: Record<string, unknown> = typeof property === 'object' ? property : {};
    const word = (key: string) => (typeof facts[key] === 'string' ? facts[key] : '');
    return {
      name,
      description: word('description'),
      unit: word('unit'),
      source: word('source'),
      onlyFor: word('onlyFor') || undefined,
      fallback: settingText(facts['default']),
      isNumber: facts['type'] === 'number' || facts['type'] === 'integer',
      range: rangeOf(facts),
      choices: Array.isArray(facts['enum']) ? facts['enum'].map(String) : [],
    };
  });
}

const bounds = {
  minimum: 'at least',
  exclusiveMinimum: 'above',
  maximum: 'at most',
  exclusiveMaximum: 'below',
};

function rangeOf(facts: Readonly<Record<string, unknown>>): string {
  const limits = Object.entries(bounds).flatMap(([key, words]) =>
    typeof facts[key] === 'number' ? [`${words} ${facts[key]}`] : [],
  );
  const kind = facts['type'] === 'integer' ? ['a whole number'] : [];
  return [...kind, limits.join(' and ')].filter((text) => text !== '').join(', ');
}

/** A value as one would type it; small numbers as in papers: `1e-4` instead of `0.0001`. */
export function settingText(value: unknown): string {
  const isSmall = typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-3;
  return isSmall ? value.toExponential() : String(value);
}

/**
 * A chat template of a recipe in a few words, where the whole of it has no room: texts that differ
 * have different words. The run's report has its SHA-256.
 */
export function templateSummary(template: string): string {
  if (template === '') return "the model's";
  return `own, ${template.length} characters, checksum ${checksum(template)}`;
}

/** FNV-1a in 32 bits: enough to tell the few templates of one project apart. */
function checksum(text: string): string {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return (sum >>> 0).toString(16).padStart(8, '0');
}
