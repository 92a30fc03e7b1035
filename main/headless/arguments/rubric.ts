import { basename } from 'node:path';
import { z } from 'zod';
import {
  rubricTextSchema,
  type Rubric,
  type RubricText,
} from '../../../shared/domain/judge/rubric.ts';
import { readInputFile } from '../../input-files/input-file.ts';
import { CommandError } from '../cli/command-error.ts';
import type { CoreClient } from '../cli/open-core.ts';
import { findNamed } from './find-named.ts';

const mostBytes = 1_000_000;
const leastOfHash = 8;

/** The rubric of a file: JSON with kind, instruction, question and symbols. */
export async function readRubricFile(path: string): Promise<RubricText> {
  const text = (await readInputFile(path, mostBytes)).toString('utf8');
  const parsed = rubricTextSchema.safeParse(jsonOf(text, path));
  if (parsed.success) return parsed.data;
  throw new CommandError(
    'INVALID_INPUT',
    `${path} is no rubric: ${z.prettifyError(parsed.error)}\nBegin with one that is: lima rubric show P.lima pairwise --json`,
    { path },
  );
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CommandError('INVALID_INPUT', `${path} is no JSON: ${String(error)}`, { path });
  }
}

/** The rubric that a word names: by name its newest version, by hash, or the text of a file. */
export async function resolveRubric(client: CoreClient, word: string): Promise<Rubric> {
  const known = await client.rubrics.list();
  const named = known.find(({ name }) => name === word);
  if (named) return named;
  const byHash = known.filter(({ hash }) => word.length >= leastOfHash && hash.startsWith(word));
  const [only] = byHash;
  if (only && byHash.length === 1) return only;
  if (!/[/\\]|\.json$/.test(word))
    return findNamed(
      known.map((rubric) => ({ ...rubric, id: rubric.hash })),
      word,
      'rubric',
    );
  const text = await readRubricFile(word);
  return await client.rubrics.save({ name: basename(word).replace(/\.json$/, ''), text });
}
