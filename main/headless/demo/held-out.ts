import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { EvaluationReport } from '../../../shared/domain/evaluation-report.ts';
import { readCountries, relations, type Fact } from './countries.ts';
import { AnswerMatcher } from './match-answer.ts';

/** Shares of questions answered correctly, 0 to 1, and how many were asked. */
export interface HeldOutAccuracy {
  before: number;
  after: number;
  questions: number;
}

const questionSchema = z.object({
  prompt: z.string(),
  country: z.string(),
  relation: z.enum(relations),
  expected: z.string(),
});

/** Reads which fact each prompt of a file asks for. */
export async function readQuestions(path: string): Promise<Map<string, Fact>> {
  const lines = (await readFile(path, 'utf8')).trim().split('\n');
  return new Map(
    lines.map((line) => {
      const { prompt, country, relation, expected } = questionSchema.parse(JSON.parse(line));
      return [prompt, { country, relation, value: expected }];
    }),
  );
}

/** How many questions system B (the base) and system A (the tuned model) answered correctly. */
export function heldOutAccuracy(
  { items }: EvaluationReport,
  questions: ReadonlyMap<string, Fact>,
): HeldOutAccuracy {
  const matcher = new AnswerMatcher(readCountries());
  const share = (system: 'a' | 'b') => {
    const correct = items.filter((item) => {
      const fact = questions.get(item.prompt.at(-1)?.content ?? '');
      return fact !== undefined && matcher.isCorrect(item[system].output, fact);
    });
    return correct.length / items.length;
  };
  return { before: share('b'), after: share('a'), questions: items.length };
}
