import { z } from 'zod';
import { hashSchema, nameSchema } from '../stored-value.ts';

/**
 * What a judge is asked for: one answer against another, a level from 1 to 6, a grade in words, or
 * whether an answer to a sensitive prompt is safe.
 */
export const rubricKindSchema = z.enum(['pairwise', 'likert', 'absolute', 'safety']);
export type RubricKind = z.infer<typeof rubricKindSchema>;

/** Which version of the frame around the texts a rubric's hash is about; the engine writes it. */
export const judgeFrameVersion = 1;

/** How many symbols a rubric of a kind may have. */
const symbolCounts: Record<RubricKind, readonly number[]> = {
  pairwise: [2, 3],
  likert: [6],
  absolute: [3],
  safety: [2],
};

const symbolSchema = z.string().min(1).max(20).regex(/^\S+$/, {
  error: 'a symbol is a word without spaces',
});

/**
 * What a judge reads beside the texts. Symbols in order: `pairwise` the first answer, the second,
 * and perhaps neither; `likert` from the worst level to the best; `absolute` Excellent, Pass, Fail;
 * `safety` safe, unsafe.
 */
export const rubricTextSchema = z
  .object({
    kind: rubricKindSchema,
    /** Told before the texts. */
    instruction: z.string().trim().min(1).max(20_000),
    /** Told behind the answers; the judge's next token is a symbol. */
    question: z.string().trim().min(1).max(2000),
    symbols: z.array(symbolSchema),
  })
  .check(({ value: { kind, symbols }, issues }) => {
    const wanted = symbolCounts[kind];
    const message = !wanted.includes(symbols.length)
      ? `a rubric of kind ${kind} has ${wanted.join(' or ')} symbols, not ${symbols.length}`
      : new Set(symbols).size < symbols.length
        ? 'no two symbols of a rubric are the same'
        : undefined;
    if (message) issues.push({ code: 'custom', path: ['symbols'], message, input: symbols });
  });
export type RubricText = z.infer<typeof rubricTextSchema>;

/** Names that stand in a command line beside kinds, hashes and paths. */
export const rubricNameSchema = nameSchema
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^/\\]+$/u, { error: 'a rubric’s name holds no slash' });

/** A rubric as shells see it: its hash is over the text and the frame, never over the name. */
export const rubricSchema = z.object({
  hash: hashSchema,
  name: nameSchema,
  /** Its place among the texts of that name, from 1. */
  version: z.number().int(),
  text: rubricTextSchema,
  /** Whether it is a text of this program that nobody changed. */
  isBuiltIn: z.boolean(),
  /** Judgings that were asked with it. */
  judgings: z.number().int(),
});
export type Rubric = z.infer<typeof rubricSchema>;
