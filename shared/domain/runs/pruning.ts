import { z } from 'zod';
import { dependentsSchema } from '../deletion.ts';
import { countSchema, epochSchema } from '../stored-value.ts';

/** Which adapters of a run are kept: the last ones, the best ones, or one in so many epochs. */
export const pruneRuleSchema = z.object({
  keep: z.enum(['last', 'best-dev-loss', 'best-votes', 'every']),
  /** How many are kept; with `every`, every how many epochs one is, and the last one. */
  count: z.number().int().min(1).max(10_000),
});
export type PruneRule = z.infer<typeof pruneRuleSchema>;

const prunePlan = z.object({
  /** Epochs whose adapters stay. */
  keptEpochs: z.array(epochSchema),
  removed: z.array(
    z.object({
      checkpointId: z.string(),
      epoch: epochSchema,
      freesBytes: countSchema,
      /** What refers to it: evaluations and answers of the chat. */
      dependents: z.array(dependentsSchema),
    }),
  ),
  freesBytes: countSchema,
  /** A job that works with the run, and has to end first; null when nothing is in the way. */
  usedByJob: z.string().nullable(),
  /** Why the rule chooses none; empty when it does. */
  problem: z.string(),
});
/** What pruning by a rule would do, before anybody says yes. */
export interface PrunePlan extends z.infer<typeof prunePlan> {}
export const prunePlanSchema: z.ZodType<PrunePlan> = prunePlan;

/** A checkpoint as the rules see it; null where nobody measured or voted. */
export interface PrunableCheckpoint {
  id: string;
  epoch: number;
  devLoss: number | null;
  /** Mean over votes: 1 for a win, a half for a tie. */
  voteScore: number | null;
}

/**
 * The ids that a rule keeps, or why it cannot choose. Of equally good ones the later is kept; one
 * without a number is worse than any with.
 */
export function keptByRule(
  checkpoints: readonly PrunableCheckpoint[],
  { keep, count }: PruneRule,
): { ids: Set<string>; problem: string } {
  const byEpoch = checkpoints.toSorted((a, b) => a.epoch - b.epoch);
  const idsOf = (kept: readonly PrunableCheckpoint[]) => ({
    ids: new Set(kept.map(({ id }) => id)),
    problem: '',
  });
  if (keep === 'last') return idsOf(byEpoch.slice(-count));
  if (keep === 'every')
    return idsOf(
      byEpoch.filter(({ epoch }, index) => epoch % count === 0 || index === byEpoch.length - 1),
    );
  const goodness = ({ devLoss, voteScore }: PrunableCheckpoint) =>
    keep === 'best-votes' ? voteScore : devLoss === null ? null : -devLoss;
  const judged = byEpoch.filter((one) => goodness(one) !== null);
  if (judged.length === 0)
    return { ids: new Set(byEpoch.map(({ id }) => id)), problem: whyNot[keep] };
  const best = judged.toSorted(
    (a, b) => (goodness(b) ?? 0) - (goodness(a) ?? 0) || b.epoch - a.epoch,
  );
  return idsOf(best.slice(0, count));
}

const whyNot = {
  'best-dev-loss': 'No epoch of this run has a dev loss: it was trained without held-out samples.',
  'best-votes': 'No checkpoint of this run has votes in a revealed evaluation.',
};
