import type { z } from 'zod';
import { packetInfoSchema, type PacketInfo } from '../../../../shared/domain/project/packet.ts';
import type { SampleStatus } from '../../../../shared/domain/sample.ts';
import { get, type Database } from '../../database.ts';
import { comparisonCounts } from '../comparisons.ts';

const packetRow = packetInfoSchema.pick({ kind: true, annotator: true });
/** For whom a review packet was made, and of what. */
export type StoredPacket = z.infer<typeof packetRow>;

/** For whom this project was made as a review packet; `null` when it is none. */
export function packetOf(db: Database): StoredPacket | null {
  return get(db, packetRow, 'SELECT kind, annotator FROM packet') ?? null;
}

/** The id of the one evaluation of a packet, of its prompts and of the model that it does not tell. */
export const pairsId = 'pairs';

/** How much of a packet is judged, and of how much. */
export function judgedOf(
  db: Database,
  { kind }: StoredPacket,
  { pending, accepted, rejected }: Record<SampleStatus, number>,
): Pick<PacketInfo, 'judged' | 'total'> {
  if (kind === 'samples')
    return { judged: accepted + rejected, total: pending + accepted + rejected };
  const { voted, comparisons } = comparisonCounts(db, pairsId);
  return { judged: voted, total: comparisons };
}
