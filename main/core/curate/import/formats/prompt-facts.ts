import {
  promptTagNameSchema,
  sensitiveTag,
} from '../../../../../shared/domain/evaluate/prompt-tags.ts';
import { cutText } from '../../../../../shared/text/foreign-text.ts';
import { isObject, type RecordFields } from './record-fields.ts';

const mostTags = 20;
const mostOriginCharacters = 1000;
/** What files call the kind of a prompt: MT-Bench a category, AlpacaEval the dataset it is of. */
const tagFields = ['tags', 'tag', 'category', 'categories', 'dataset'];

/** What a record says of a prompt beside its words; what it does not say is left out. */
export function saidOf({ record }: RecordFields): {
  tags?: string[];
  license?: string;
  source?: string;
} {
  const { metadata } = record;
  const said: Record<string, unknown> = { ...(isObject(metadata) && metadata), ...record };
  const tags = tagsIn(said);
  const license = textIn(said['license'] ?? said['licence']);
  const source = textIn(said['source'] ?? said['url']);
  return {
    ...(tags.length > 0 && { tags }),
    ...(license !== undefined && { license }),
    ...(source !== undefined && { source }),
  };
}

function tagsIn(said: Record<string, unknown>): string[] {
  const named = tagFields.flatMap((field) => listIn(said[field]));
  const marked = said[sensitiveTag] === true || said[sensitiveTag] === 'true' ? [sensitiveTag] : [];
  const tags = [...named, ...marked].flatMap((tag) => {
    const parsed = promptTagNameSchema.safeParse(tag);
    return parsed.success ? [parsed.data] : [];
  });
  return [...new Set(tags)].slice(0, mostTags);
}

function listIn(value: unknown): string[] {
  if (typeof value === 'string') return value.split(/[,;\n]/).filter((tag) => tag.trim() !== '');
  return Array.isArray(value) ? value.filter((tag): tag is string => typeof tag === 'string') : [];
}

function textIn(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  return cutText(value.trim().toWellFormed(), mostOriginCharacters);
}
