import { z } from 'zod';
import { countSchema, hashSchema, idSchema, momentSchema, nameSchema } from '../stored-value.ts';
import { mixBits, seededUniform } from '../seeded-uniform.ts';
import { importedIdentitySchema } from '../identity.ts';
import { tagsSchema } from '../label.ts';
import { messageSchema } from '../message.ts';

/** Which of the two systems of an evaluation. */
export const systemKeySchema = z.enum(['a', 'b']);
export type SystemKey = z.infer<typeof systemKeySchema>;

/** A judgement by system, known only after the sides are resolved; `tie` is "neither". */
export const verdictSchema = z.enum(['a', 'b', 'tie']);
export type Verdict = z.infer<typeof verdictSchema>;

/**
 * A judgement as the blind voter gives it: by side, LIMA's three options; and where it is asked for
 * “both bad”, a tie that is told apart.
 */
export const shownVerdictSchema = z.enum(['left', 'right', 'neither', 'both-bad']);
export type ShownVerdict = z.infer<typeof shownVerdictSchema>;

/** Why somebody voted so: in words of their own, and by tags that can be counted. */
export const voteReasonSchema = z.object({
  reason: z.string().trim().max(4000).default(''),
  tags: tagsSchema.default([]),
});
export type VoteReason = z.infer<typeof voteReasonSchema>;

/** Said of a vote without a reason. */
export const noReason: VoteReason = { reason: '', tags: [] };

/** A tag of votes with how many standing votes have it. */
export const voteTagSchema = z.object({ tag: z.string(), votes: countSchema });
export type VoteTag = z.infer<typeof voteTagSchema>;

/**
 * How an answer to a prompt ended: the model was done, it reached the limit of tokens, or this
 * prompt could not be asked. The output of a failed one is the reason, as a sentence.
 */
export const answerFinishSchema = z.enum(['stop', 'length', 'failed']);
export type AnswerFinish = z.infer<typeof answerFinishSchema>;

/** Who casts the tie on two identical answers, which nobody needs to read: no author of its own. */
export const identicalAnswersAuthor = 'identical answers';

/** Who gave a verdict: a person, a fixed rule (identical answers are a tie) or a judge model. */
export const authorKindSchema = z.enum(['human', 'rule', 'judge']);
export type AuthorKind = z.infer<typeof authorKindSchema>;

/** The question to the annotator and the three answers to it (LIMA, appendix C). */
const evaluationProtocol =
  'Imagine that you have a super-intelligent assistant and that you need its help with this ' +
  'question. Which answer best satisfies your needs? One prompt and two answers are shown side ' +
  'by side without names. Options: the left answer is significantly better, the right answer ' +
  'is significantly better, neither is significantly better.';

const bothBadOption =
  ' A fourth option says that both answers are bad; it counts as neither, and is told apart.';

/** The protocol of an evaluation or a study, with “both bad” where that was asked for. */
export const protocolOf = (hasBothBad: boolean): string =>
  hasBothBad ? evaluationProtocol + bothBadOption : evaluationProtocol;

/** Comparisons per block; each block shows either system on the left equally often. */
const BLOCK = 6;

/**
 * Which system is shown on the left in the comparison with this ordinal (0, 1, 2 …): random,
 * balanced and the same for the same seed. Permuted blocks of six: every block holds three of
 * each, shuffled (Fisher–Yates) by mulberry32 seeded from `seed` and the block's number, so any
 * ordinal can be asked for alone and no prefix leans by more than three.
 */
export function sideOf(seed: number, comparisonOrdinal: number): SystemKey {
  if (!Number.isSafeInteger(comparisonOrdinal) || comparisonOrdinal < 0)
    throw new RangeError(`sideOf needs an ordinal from 0 up, got ${comparisonOrdinal}`);
  const random = seededUniform(mixBits(mixBits(seed) ^ Math.floor(comparisonOrdinal / BLOCK)));
  const sides: SystemKey[] = ['a', 'a', 'a', 'b', 'b', 'b'];
  for (let last = BLOCK - 1; last > 0; last -= 1) {
    const chosen = Math.floor(random() * (last + 1));
    const moved = sides[last] ?? 'a';
    sides[last] = sides[chosen] ?? 'a';
    sides[chosen] = moved;
  }
  return sides[comparisonOrdinal % BLOCK] ?? 'a';
}

/** The verdict behind a blind vote, given the system that stood on the left. */
export function resolveVerdict(shown: ShownVerdict, left: SystemKey): Verdict {
  if (shown === 'neither' || shown === 'both-bad') return 'tie';
  return (shown === 'left') === (left === 'a') ? 'a' : 'b';
}

/** The inverse of `resolveVerdict`: how a verdict looks with this system on the left. */
export function showVerdict(verdict: Verdict, left: SystemKey): ShownVerdict {
  if (verdict === 'tie') return 'neither';
  return verdict === left ? 'left' : 'right';
}

/** One prompt of a set; `expected` is an optional reference answer for rule checks. */
export const promptSchema = z.object({
  id: idSchema,
  ordinal: countSchema,
  messages: z.array(messageSchema),
  expected: z.string().nullable(),
  /** As the file said it of this prompt; empty where it did not. */
  license: nameSchema,
  source: nameSchema,
});
export type Prompt = z.infer<typeof promptSchema>;

/** What makes two prompts the same: roles and words, without the space around them. */
export const promptWords = (messages: readonly { role: string; content: string }[]): string =>
  JSON.stringify(
    messages.map(({ role, content }) => [role, content.trim().replaceAll(/\s+/g, ' ')]),
  );

/** How many of these prompts another one before them was already. */
export function repeatedPrompts(
  prompts: readonly (readonly { role: string; content: string }[])[],
): number {
  return prompts.length - new Set(prompts.map(promptWords)).size;
}

/** A frozen set of prompts; its content hash tells whether two reports used the same one. */
export const promptSetSchema = z.object({
  id: idSchema,
  name: nameSchema,
  contentHash: hashSchema,
  prompts: countSchema,
  /** How many of them are dialogues: several user turns that are asked one after the other. */
  dialogues: countSchema,
  createdMs: momentSchema,
});
export type PromptSet = z.infer<typeof promptSetSchema>;

/** Answers of one system that came from files: to which prompt sets, and from where. */
export const answersOfFileSchema = z.object({
  id: idSchema,
  /** As the command line has it behind `answers:`. */
  name: nameSchema,
  answers: countSchema,
  sets: z.array(z.object({ promptSetId: idSchema, answers: countSchema })),
  /** The files and the generators that they name, the first of them. */
  origins: z.array(importedIdentitySchema.extend({ answers: countSchema })),
  createdMs: momentSchema,
});
export type AnswersOfFile = z.infer<typeof answersOfFileSchema>;

/** The first “Evaluation N” that is free: whoever votes sees the name, so it tells no system. */
export function freeName(evaluations: readonly { name: string }[]): string {
  let number = evaluations.length + 1;
  while (evaluations.some(({ name }) => name === `Evaluation ${number}`)) number += 1;
  return `Evaluation ${number}`;
}
