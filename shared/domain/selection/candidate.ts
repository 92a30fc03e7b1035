import { z } from 'zod';
import { countSchema, momentSchema } from '../stored-value.ts';

/** What the rules found in a question and its best answer, as bits of `Candidate.marks`. */
export const candidateMarks = {
  /** The title needs the body to be understood. */
  titleNeedsBody: 1,
  firstPerson: 2,
  crossReference: 4,
  /** The two above were looked for: a scan leaves that until a recipe asks, where it can. */
  wordsMeasured: 8,
} as const;

/** A question of a dump with its best answer, as far as choosing goes. */
export interface Candidate {
  questionId: number;
  answerId: number;
  questionScore: number;
  answerScore: number;
  /** UTF-16 code units of the answer's HTML, and of the text between its tags. */
  htmlCharacters: number;
  textCharacters: number;
  /** UTF-16 code units of the title. */
  titleCharacters: number;
  /** Bits of `candidateMarks`. */
  marks: number;
}

/** Where the rows of a candidate begin in the unpacked dump, in bytes, and the answer's line, from 1. */
export interface CandidatePlace {
  questionByte: number;
  answerByte: number;
  answerLine: number;
}

/**
 * What a scan counted. Questions are candidates and those without an answer; answers are those of
 * candidates, others to the same questions, and those whose question is not in the file.
 */
const scanCountsSchema = z.object({
  rows: countSchema,
  candidates: countSchema,
  unansweredQuestions: countSchema,
  otherAnswers: countSchema,
  orphanAnswers: countSchema,
  /** Rows that are neither question nor answer, such as the wiki of a tag. */
  otherRows: countSchema,
  /** Questions whose id another one had before. */
  repeatedQuestions: countSchema,
  badRows: countSchema,
});

/** A dump that was scanned on this machine: one of each site. */
export const scannedDumpSchema = z.object({
  /** As samples name their source: `coffee.stackexchange`. */
  site: z.string(),
  path: z.string(),
  sizeBytes: countSchema,
  modifiedMs: z.number(),
  scannedMs: momentSchema,
  counts: scanCountsSchema,
  /** The first rows that could not be read, with their lines. */
  errors: z.array(z.object({ line: countSchema, message: z.string() })),
  /** Why the file ended early; what came before was kept. */
  damage: z.string().nullable(),
});
export type ScannedDump = z.infer<typeof scannedDumpSchema>;
