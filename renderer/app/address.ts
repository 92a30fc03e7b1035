import type { TabId } from '../ui/navigation.ts';

/** What of a tab is shown: a thing with an id, or one of its pages. */
export type ShownItem =
  | { kind: 'run' | 'prompts' | 'sample' | 'conversation'; id: string }
  | { kind: 'evaluation' | 'study'; id: string; pair?: number }
  | { kind: 'new' | 'new-study' | 'xray' | 'votes' | 'judges' };

/** Where a person is, as the address of the window says it; nothing secret is in it. */
export interface Place {
  tab: TabId;
  item: ShownItem | null;
  /** The project's name; null where an address does not say it. */
  project: string | null;
}

const kinds: Record<TabId, readonly ShownItem['kind'][]> = {
  curate: ['sample'],
  train: ['run', 'new', 'xray'],
  chat: ['conversation'],
  evaluate: ['evaluation', 'study', 'prompts', 'new', 'new-study', 'votes', 'judges'],
};

const idPattern = /^[\w-]{1,100}$/;

const pairPattern = /^[1-9]\d{0,6}$/;

type WithPairs = Extract<ShownItem, { kind: 'evaluation' | 'study' }>;

const hasPairs = (item: ShownItem | null): item is WithPairs =>
  item?.kind === 'evaluation' || item?.kind === 'study';

/** The fragment of a place: `#/train/run/ID?project=atlas`; pairs are counted as the page does. */
export function formatAddress({ tab, item, project }: Place): string {
  const words = item === null ? [] : 'id' in item ? [item.kind, item.id] : [item.kind];
  if (hasPairs(item) && item.pair !== undefined) words.push(String(item.pair + 1));
  const path = [tab, ...words].map(encodeURIComponent).join('/');
  const query = project === null ? '' : `?${new URLSearchParams({ project }).toString()}`;
  return `#/${path}${query}`;
}

/** The place of a fragment; null for any other, as that of a sign-in. What is not known is left out. */
export function parseAddress(fragment: string): Place | null {
  if (!fragment.startsWith('#/')) return null;
  const [path = '', query = ''] = fragment.slice(2).split('?', 2);
  const [tab = '', ...words] = path.split('/').map(decoded);
  if (!isTab(tab)) return null;
  return { tab, item: itemOf(tab, words), project: new URLSearchParams(query).get('project') };
}

const isTab = (word: string): word is TabId => Object.hasOwn(kinds, word);

function itemOf(tab: TabId, [word = '', id = '', pair = '']: readonly string[]): ShownItem | null {
  const kind = kinds[tab].find((known) => known === word);
  if (kind === undefined) return null;
  if (
    kind === 'new' ||
    kind === 'new-study' ||
    kind === 'xray' ||
    kind === 'votes' ||
    kind === 'judges'
  )
    return { kind };
  if (!idPattern.test(id)) return null;
  if ((kind !== 'evaluation' && kind !== 'study') || !pairPattern.test(pair)) return { kind, id };
  return { kind, id, pair: Number(pair) - 1 };
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    // Half an escape: no word of ours.
    return '';
  }
}

/**
 * Whether a place is the same one as before, told in more words: the next sample of a list, the pair
 * or the conversation that a page has come to show.
 */
export function isSameStep(before: Place, { tab, item }: Place): boolean {
  if (before.tab !== tab) return false;
  if (item?.kind === 'sample') return true;
  if (item?.kind === 'conversation') return before.item === null;
  if (!hasPairs(item) || !hasPairs(before.item)) return false;
  return before.item.pair === undefined && before.item.id === item.id;
}

/** Whether two places are the same; what is null in both is. */
export const isSamePlace = (one: Place, other: Place): boolean =>
  formatAddress(one) === formatAddress(other);
