import { resolve } from 'node:path';
import { readInputFile } from '../../input-files/input-file.ts';
import { mostTemplateCharacters } from '../../../shared/domain/recipe.ts';
import { formatCount } from '../../../shared/text/numbers.ts';
import { UsageError } from '../cli/command-error.ts';

/** A character has at most four bytes. */
const mostBytes = 4 * mostTemplateCharacters;

/** The `--template` option of every command that has one. */
export const templateOption = {
  type: 'string',
  value: 'FILE',
  description: 'a chat template in Jinja, instead of the one of the model',
} as const;

/**
 * The text of `--template FILE`, or nothing without the option. Whether it is a template is found
 * out where it is rendered. Throws `UsageError` for a file that cannot be one.
 */
export async function readTemplateFile(
  file: string | undefined,
): Promise<{ chatTemplate?: string }> {
  if (file === undefined) return {};
  const path = resolve(file);
  const bytes = await readInputFile(path, mostBytes);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(
      `${path} is not text in UTF-8: --template wants a chat template in Jinja.`,
    );
  }
  const problem = problemOf(text);
  if (problem !== undefined) throw new UsageError(`--template ${path}: ${problem}`);
  return { chatTemplate: text };
}

function problemOf(text: string): string | undefined {
  if (text.trim() === '') return 'the file is empty.';
  if (text.length > mostTemplateCharacters)
    return `${formatCount(text.length)} characters; a template has at most ${formatCount(mostTemplateCharacters)}.`;
  if (text.includes('\0')) return 'the file is not text: it has zero bytes.';
  if (!/\{[{%]/.test(text))
    return 'it has no {{ … }} or {% … %} and so would write the same for every conversation.';
  return undefined;
}
