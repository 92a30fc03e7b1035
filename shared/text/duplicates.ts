import type { DuplicatesEvent } from '../contract/duplicates.ts';
import { formatQuantity } from './numbers.ts';

/** What a search for duplicates found, as a sentence. */
export function duplicatesText({
  groups,
  compared,
}: Omit<Extract<DuplicatesEvent, { type: 'found' }>, 'type'>): string {
  const among = `${formatQuantity(compared, 'sample')} that ${compared === 1 ? 'is' : 'are'} pending or accepted`;
  if (groups.length === 0) return `No two say the same among ${among}.`;
  const members = groups.reduce((sum, { sampleIds }) => sum + sampleIds.length, 0);
  return `${formatQuantity(groups.length, 'group')} of ${formatQuantity(members, 'sample')} that say the same, among ${among}.`;
}

/** How alike the members of a group are; `similarity` is from 0 to 1. */
export const similarityText = (similarity: number): string =>
  similarity >= 1 ? 'the same words' : `at least ${Math.floor(similarity * 100)} % alike`;
