import type { MergeReport } from '../../../shared/contract/merge.ts';
import { thingNouns } from '../../../shared/text/project/deleting.ts';
import type { MergedFiles } from '../../store/merge/merge-files.ts';
import type { BroughtFiles } from './bring-files.ts';

const mostListed = 100;
const first = <Item>(items: readonly Item[]): Item[] => items.slice(0, mostListed);
const readable = (table: string) =>
  table === 'system' ? thingNouns.answers : table.replaceAll('_', ' ');

/** What a merge did, in the words of the contract. */
export function reportOf(
  merged: MergedFiles,
  {
    path,
    dryRun,
    files,
    backup,
  }: { path: string; dryRun: boolean; files: BroughtFiles; backup: string | null },
): MergeReport {
  const { conflicts, edits } = merged;
  return {
    path,
    dryRun,
    packet: merged.packet,
    counts: merged.counts,
    renamed: first(merged.renamed).map(({ table, name, newName }) => ({
      what: readable(table),
      name,
      newName,
    })),
    deleted: first(merged.deleted).map(({ table, name }) => ({ what: readable(table), name })),
    edits: {
      total: edits.length,
      first: first(edits).map(({ sampleId, prompt, authors }) => ({ sampleId, prompt, authors })),
    },
    oppositeReviews: conflicts.opposite,
    differingVotes: conflicts.votes.length,
    otherAnswers: conflicts.answers,
    revealed: conflicts.revealed.map(({ evaluation }) => evaluation),
    sameContent: conflicts.sameContent.map(({ table, ours, theirs }) => ({
      what: readable(table),
      ours,
      theirs,
    })),
    splitRuns: merged.splits.map(({ name, splitName }) => ({ name, splitName })),
    strayVotes: merged.strayVotes,
    files: { ...files, missing: first(files.missing) },
    content: merged.content,
    changed: merged.content !== merged.contentBefore,
    backup,
    sequence: merged.sequence,
  };
}
