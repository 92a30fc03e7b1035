import { z } from 'zod';

/** A row that is not what was stored: it was changed by the disk and not by this program. */
export const damagedRowSchema = z.object({
  /** Where it stands in its table. */
  place: z.string(),
  /** What it was about, as far as that can still be read. */
  about: z.string(),
});

/** A few rows of one table, stored together, of which some are not what they were. */
export const damageSchema = z.object({
  table: z.string(),
  first: z.string(),
  last: z.string(),
  rows: z.array(damagedRowSchema),
  /** How many rows are gone, or moved to a place where they cannot be. */
  missing: z.number().int(),
  /** True where the page cannot be read at all: then only a whole backup helps. */
  isUnreadable: z.boolean(),
});
export type Damage = z.infer<typeof damageSchema>;
