import { resolve } from 'node:path';
import { z } from 'zod';
import { defaultFewShot, fewShotSchema, type FewShot } from '../../../shared/domain/few-shot.ts';
import { readInputFile } from '../../input-files/input-file.ts';
import { UsageError } from '../cli/command-error.ts';

const mostBytes = 4 * 1024 * 1024;

/** The `--few-shot` option of every command that has one. */
export const fewShotOption = {
  type: 'string',
  value: 'FILE|default',
  description:
    'examples before every prompt: JSON with "system" and "examples" of "question" and "answer"',
} as const;

/** The examples of `--few-shot FILE|default`, or nothing without the option. Throws `UsageError`. */
export async function readFewShotFile(file: string | undefined): Promise<{ fewShot?: FewShot }> {
  if (file === undefined) return {};
  if (file === 'default') return { fewShot: defaultFewShot };
  const path = resolve(file);
  const text = (await readInputFile(path, mostBytes)).toString('utf8');
  const parsed = fewShotSchema.safeParse(jsonIn(text, path));
  if (parsed.success) return { fewShot: parsed.data };
  throw new UsageError(
    `--few-shot ${path} holds no examples: it wants {"system": "…", "examples": [{"question": "…", ` +
      `"answer": "…"}]}. ${z.prettifyError(parsed.error)}`,
  );
}

function jsonIn(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UsageError(`--few-shot ${path} is no JSON: ${String(error)}`);
  }
}
