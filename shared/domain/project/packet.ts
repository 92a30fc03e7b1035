import { z } from 'zod';
import { nameSchema } from '../stored-value.ts';

/** What a review packet holds: samples to review, or the pairs of an evaluation to vote on. */
export const packetKindSchema = z.enum(['samples', 'evaluation']);
export type PacketKind = z.infer<typeof packetKindSchema>;

/** A project that was made as a review packet: for whom, and how much of it is judged. */
export const packetInfoSchema = z.object({
  kind: packetKindSchema,
  annotator: nameSchema,
  judged: z.number().int(),
  total: z.number().int(),
});
export type PacketInfo = z.infer<typeof packetInfoSchema>;

/** What a packet says instead of who wrote a text and what answered. */
export const notTold = 'not-told';
