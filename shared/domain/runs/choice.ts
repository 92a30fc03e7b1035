import { z } from 'zod';
import { intervalSchema } from '../evaluate/estimates.ts';
import { countSchema, epochSchema, hashSchema, idSchema, momentSchema } from '../stored-value.ts';

/** LIMA picked its checkpoint among epochs 5 to 10 (section 3): where a run has those, so does the default. */
const limaEpochs = { first: 5, last: 10 };
/** A study compares at most 20 systems, and the base may be one. */
export const mostChosenEpochs = 19;

/** The votes that a pick rests on. */
export const pickBasisSchema = z.object({
  studyIds: z.array(idSchema).max(1000),
  votes: countSchema,
  /** SHA-256 over the ids of the votes in order: which ones they were. */
  votesSha256: hashSchema,
});
export type PickBasis = z.infer<typeof pickBasisSchema>;

/** A checkpoint that somebody picked, by its hash: one that is made anew is another. */
export const pickSchema = z.object({
  sha256: hashSchema,
  epoch: epochSchema,
  /** Null where nobody had voted: picked by hand. */
  basis: pickBasisSchema.nullable(),
});
export type Pick = z.infer<typeof pickSchema>;

/** One epoch as the votes rate it; epoch 0 is the base. */
export const epochRatingSchema = z.object({
  epoch: epochSchema,
  checkpointId: z.string().nullable(),
  /** Of the held-out samples after it; null without them. */
  devLoss: z.number().nullable(),
  /** Verdicts that it took part in. */
  verdicts: countSchema,
  /** On Elo's scale; the mean of all is 1000. */
  rating: z.number(),
  interval: intervalSchema,
  rank: z.number().int(),
  rankInterval: intervalSchema,
});
export type EpochRating = z.infer<typeof epochRatingSchema>;

/** What the votes of the revealed studies of a run say of its epochs. */
export const choiceResultSchema = z.object({
  /** Verdicts of people, and ties by rule on what none of them was asked. */
  votes: countSchema,
  byRule: countSchema,
  prompts: countSchema,
  /** From the best. */
  ratings: z.array(epochRatingSchema).min(2),
  /** How far the best is above the second, in points, with a 95 % interval. */
  lead: z.object({ value: z.number(), interval: intervalSchema }),
  /** About how many more votes on these two separate them: 0 where they are, null where they are level. */
  moreVotes: countSchema.nullable(),
});
export type ChoiceResult = z.infer<typeof choiceResultSchema>;

/** How far the votes on one study of epochs are. While it is blind its epochs are not told. */
export const choiceStudySchema = z.object({
  id: z.string(),
  name: z.string(),
  isRevealed: z.boolean(),
  jobId: z.string().nullable(),
  answered: countSchema,
  answers: countSchema,
  votes: countSchema,
  createdMs: momentSchema,
});
export type ChoiceStudy = z.infer<typeof choiceStudySchema>;

/** What is known about which checkpoint of a run is the best, and which one was picked. */
export const choiceSchema = z.object({
  runId: z.string(),
  /** Null where nothing is picked: then the last checkpoint is used where nobody names one. */
  pick: pickSchema
    .extend({
      /** Null where no checkpoint of the run has its hash any more. */
      checkpointId: z.string().nullable(),
      author: z.string(),
      createdMs: momentSchema,
    })
    .nullable(),
  /** False where there is no pick to take back. */
  canUndo: z.boolean(),
  probePrompts: countSchema,
  /** Epochs that are there, with their answers to the probe prompts; 0 is the base. */
  epochs: z.array(z.object({ epoch: epochSchema, answers: countSchema })),
  /** The newest first. */
  studies: z.array(choiceStudySchema),
  result: choiceResultSchema.nullable(),
});
export type Choice = z.infer<typeof choiceSchema>;

/** The epochs that are compared where nobody names any: LIMA's window where all of it is there, else the last ones. */
export function defaultEpochs(epochs: readonly number[]): number[] {
  const window = epochs.filter((epoch) => epoch >= limaEpochs.first && epoch <= limaEpochs.last);
  const isWhole = window.length > limaEpochs.last - limaEpochs.first;
  return isWhole ? window : epochs.slice(-mostChosenEpochs);
}

/** Epochs as a person writes them, `5-10` or `3,5,7.5`, in order and each once; null for what is no such list. */
export function parseEpochs(text: string): number[] | null {
  const epochs = text.split(',').flatMap((part): number[] => {
    const [, first, last] = /^\s*(\d+)\s*-\s*(\d+)\s*$/.exec(part) ?? [];
    if (first === undefined || last === undefined)
      return [/^\s*\d+(\.\d+)?\s*$/.test(part) ? Number(part) : Number.NaN];
    const count = Number(last) - Number(first) + 1;
    if (!(count >= 1 && count <= mostListed)) return [Number.NaN];
    return Array.from({ length: count }, (_, at) => Number(first) + at);
  });
  if (epochs.some((epoch) => !(epoch > 0))) return null;
  return [...new Set(epochs)].toSorted((p, q) => p - q);
}

const mostListed = 1000;

/** The same the other way round: neighbours as a range. */
export function epochsText(epochs: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const epoch of epochs) {
    const range = ranges.at(-1);
    if (range?.last === epoch - 1) range.last = epoch;
    else ranges.push({ first: epoch, last: epoch });
  }
  return ranges
    .map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`))
    .join(', ');
}
