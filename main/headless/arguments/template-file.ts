import { resolve } from 'node:path';
import { readInputFile } from '../../input-files/input-file.ts';
import { mostTemplateCharacters } from '../../../shared/domain/recipe/recipe.ts';
import { templateOfFile } from '../../../shared/template/template-file.ts';
import { UsageError } from '../cli/command-error.ts';

/** A character has at most four bytes; a tokenizer_config.json lists special tokens, too. */
const mostBytes = 4 * mostTemplateCharacters + 4 * 1024 * 1024;

/** The `--template` option of every command that has one. */
export const templateOption = {
  type: 'string',
  value: 'FILE',
  description:
    'a chat template in Jinja, or a tokenizer_config.json with one, instead of the one of the model',
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
      `${path} is not text in UTF-8: --template wants a chat template in Jinja or JSON.`,
    );
  }
  const read = templateOfFile(text);
  if ('problem' in read) throw new UsageError(`--template ${path}: ${read.problem}`);
  return { chatTemplate: read.template };
}
