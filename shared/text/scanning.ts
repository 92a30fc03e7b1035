import type { ScanReport, SelectionReport, SelectionResult } from '../contract/scans.ts';
import type { ScannedDump } from '../domain/selection/candidate.ts';
import { dropReasonSchema, type DropReason } from '../domain/selection/selection-recipe.ts';
import type { SiteGroup } from '../domain/selection/site-groups.ts';
import { formatCount, formatQuantity } from './numbers.ts';

/** The groups of sites in words. */
export const siteGroupNames: Record<SiteGroup, string> = {
  stem: 'STEM',
  other: 'other',
  dropped: 'left out',
};

/** Why candidates are not picked, in words. */
export const dropReasonNames: Record<DropReason, string> = {
  'site-dropped': 'the site is left out',
  'title-not-self-contained': 'the title needs the body',
  'answer-score-low': 'the answer’s score is low',
  'answer-too-short': 'the answer is short',
  'answer-too-long': 'the answer is long',
  'first-person': 'the answer says I or my',
  'cross-reference': 'the answer refers to others',
  'not-drawn': 'kept by every rule, not drawn',
};

/** What a scan did: `2 dumps scanned: 1,020 candidates; 1 unchanged`. */
export function scanSummary({ scanned, unchanged, refused }: ScanReport): string {
  const candidates = scanned.reduce((sum, { counts }) => sum + counts.candidates, 0);
  const parts = [
    `${formatQuantity(scanned.length, 'dump')} scanned: ${formatQuantity(candidates, 'candidate')}`,
    ...(unchanged.length > 0 ? [`${formatCount(unchanged.length)} unchanged`] : []),
    ...(refused.length > 0 ? [`${formatCount(refused.length)} could not be read`] : []),
  ];
  return parts.join('; ');
}

/** What is to be known of a scan beside its counts, a line each: damage and rows that are unusable. */
export function scanProblems({ damage, counts, errors }: ScannedDump): string[] {
  const more = counts.badRows - errors.length;
  return [
    ...(damage === null ? [] : [`${damage}; what came before was kept`]),
    ...errors.map(({ line, message }) => `line ${line}: ${message}`),
    ...(more > 0 ? [`… ${formatQuantity(more, 'more row')} could not be read`] : []),
  ];
}

/** How candidates divide, a line each, in the order of the rules. */
export function droppedLines({ dropped }: Pick<SelectionReport, 'dropped'>): string[] {
  return dropReasonSchema.options.flatMap((reason) => {
    const count = dropped[reason] ?? 0;
    return count > 0 ? [`${formatCount(count)}: ${dropReasonNames[reason]}`] : [];
  });
}

/** What picking did: `400 of 12,000 candidates picked; 398 samples added, 2 known`. */
export function selectionSummary({ report, added, known, unusable }: SelectionResult): string {
  const { picked, candidates } = report;
  const parts = [
    `${formatCount(picked)} of ${formatQuantity(candidates, 'candidate')} picked`,
    `${formatQuantity(added, 'sample')} added`,
    ...(known > 0 ? [`${formatCount(known)} known already`] : []),
    ...(unusable.length > 0 ? [`${formatCount(unusable.length)} unusable`] : []),
  ];
  return parts.join('; ');
}
