import { useEffect } from 'react';
import type { ProjectInfo } from '../../shared/contract/app.ts';
import { useCurate } from '../curate/curate-store.ts';
import { rowCache } from '../curate/list/row-cache.ts';
import { showEvaluate, useEvaluate } from '../evaluate/evaluate-store.ts';
import { rpc } from '../rpc/client.ts';
import { hasErrorCode } from '../rpc/rpc-error.ts';
import { showErrorToast, showToast } from '../ui/feedback/toast.tsx';
import { shownConversation, useChat } from '../chat/chat-store.ts';
import { goTo, goToTab, showSample, useNavigation } from '../ui/navigation.ts';
import { showForm, showRun, showXray, useTrain } from '../train/train-store.ts';
import {
  formatAddress,
  isSamePlace,
  isSameStep,
  parseAddress,
  type Place,
  type ShownItem,
} from './address.ts';

/** Where an address wants to go that has not been followed yet. */
let wanted: Place | null = parseAddress(location.hash);

/** What of the shown tab a person looks at; the sample once its row is known. */
async function shownItem(): Promise<ShownItem | null> {
  const { tab } = useNavigation.getState();
  if (tab === 'train') return shownInTrain();
  if (tab === 'evaluate') return shownInEvaluate();
  if (tab === 'chat') return shownInChat();
  const { selectedSeq } = useCurate.getState();
  if (tab !== 'curate' || selectedSeq === null) return null;
  const row = await rowCache.load(selectedSeq);
  return row ? { kind: 'sample', id: row.id } : null;
}

function shownInTrain(): ShownItem | null {
  const { selection } = useTrain.getState();
  // A comparison is made of several runs: its address is that of the tab.
  if (selection === null || selection.kind === 'compare') return null;
  return selection.kind === 'form' ? { kind: 'new' } : selection;
}

function shownInEvaluate(): ShownItem | null {
  const { selection, shownPair } = useEvaluate.getState();
  if (selection.kind === 'none') return null;
  if (selection.kind === 'new' || selection.kind === 'new-study') return { kind: selection.kind };
  if (selection.kind === 'prompts' || selection.kind === 'votes' || selection.kind === 'judges')
    return selection;
  const { kind, id } = selection;
  const onPage = shownPair?.id === id ? shownPair.ordinal : undefined;
  const pair = selection.pair ?? onPage;
  return { kind, id, ...(pair !== undefined && { pair }) };
}

function shownInChat(): ShownItem | null {
  const { wanted } = useNavigation.getState();
  const isWanted = wanted?.tab === 'chat' && 'conversationId' in wanted;
  const id = isWanted ? wanted.conversationId : shownConversation(useChat.getState());
  return id === null ? null : { kind: 'conversation', id };
}

/** NOT_FOUND where the thing is not in the project. */
async function requireItem(item: ItemWithId): Promise<void> {
  const { id } = item;
  if (item.kind === 'run') await rpc.runs.get({ id });
  else if (item.kind === 'evaluation' || item.kind === 'study') await requirePair(item);
  else if (item.kind === 'conversation') {
    const { panes } = await rpc.chat.get({ id });
    if (Object.values(panes).every((turns) => turns.length === 0)) throw new GoneError();
  } else if (item.kind === 'sample') await rpc.samples.get({ id });
  else if (!(await rpc.prompts.list()).some((set) => set.id === id)) throw new GoneError();
}

type ItemWithPairs = Extract<ShownItem, { kind: 'evaluation' | 'study' }>;

type ItemWithId = Extract<ShownItem, { id: string }>;

async function requirePair({ kind, id, pair }: ItemWithPairs): Promise<void> {
  const calls = kind === 'study' ? rpc.studies : rpc.evaluations;
  const { comparisons } = await calls.get({ id });
  if (pair === undefined || pair < comparisons) return;
  throw new GoneError(`This ${kind} has no pair ${pair + 1}, only ${comparisons}.`);
}

/** What an address leads to is not there; with words of its own where the rest of it is. */
class GoneError extends Error {}

const names = {
  run: 'run',
  evaluation: 'evaluation',
  study: 'study',
  sample: 'sample',
  prompts: 'prompt set',
  conversation: 'conversation',
} as const;

/** Goes to a place of the open project; what is gone is said, and its tab shown. */
async function follow({ tab, item }: Place): Promise<void> {
  goToTab(tab);
  if (item === null) return showNothing(tab);
  if (!('id' in item)) return showPage(tab, item.kind);
  try {
    await requireItem(item);
  } catch (error) {
    if (!(error instanceof GoneError) && !hasErrorCode(error, 'NOT_FOUND')) throw error;
    const known = error instanceof GoneError ? error.message : '';
    const gone = `The ${names[item.kind]} of this address is not in this project any more (${item.id}).`;
    showToast({ text: known || gone, tone: 'bad' });
    if (known === '' || (item.kind !== 'evaluation' && item.kind !== 'study'))
      return showNothing(tab);
    return showEvaluate({ kind: item.kind, id: item.id });
  }
  if (item.kind === 'run') showRun(item.id);
  else if (item.kind === 'sample') showSample(item.id);
  else if (item.kind === 'conversation') goTo({ tab: 'chat', conversationId: item.id });
  else if (item.kind === 'evaluation' || item.kind === 'study') showEvaluate(item);
  else showEvaluate({ kind: item.kind, id: item.id });
}

function showPage(
  tab: Place['tab'],
  page: 'new' | 'new-study' | 'xray' | 'votes' | 'judges',
): void {
  if (page === 'xray') showXray();
  else if (tab === 'train') showForm();
  else showEvaluate({ kind: page });
}

function showNothing(tab: Place['tab']): void {
  if (tab === 'train') useTrain.setState({ selection: null });
  if (tab === 'evaluate') showEvaluate({ kind: 'none' });
  if (tab === 'curate') useCurate.setState({ selectedSeq: null, editing: null });
}

let isFollowing = false;

/** Follows what an address wants, or says that it belongs to another project. */
async function followWanted(project: string): Promise<void> {
  const place = wanted;
  wanted = null;
  if (place === null) return;
  if (place.project !== null && place.project !== project)
    return showToast({
      text: `That address leads to the project “${place.project}”; “${project}” is open.`,
    });
  isFollowing = true;
  try {
    await follow(place);
  } catch (error) {
    showErrorToast(error);
  } finally {
    isFollowing = false;
  }
}

/** Runs something once the frame that is due has been drawn; a page in the background draws none. */
function afterFrame(run: () => void): void {
  if (document.visibilityState === 'hidden') setTimeout(run);
  else requestAnimationFrame(() => setTimeout(run));
}

/** A step of the history, or the same one in other words. */
function write(place: Place, isNew: boolean): void {
  const before = parseAddress(location.hash);
  if (before && isSamePlace(before, place)) return;
  const isSame = isNew || before === null || isSameStep(before, place);
  const address = formatAddress(place);
  if (isSame) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
}

/** Keeps the address of the window and what it shows the same, for as long as a project is open. */
export function useAddress(project: ProjectInfo | null | undefined): void {
  const name = project?.name;
  const path = project?.path;
  // A packet has one tab alone, and nothing else to lead to.
  const isPacket = project?.packet != null;
  useEffect(() => {
    if (name === undefined || path === undefined || isPacket) return undefined;
    const stop = new AbortController();
    void keep(name, stop.signal);
    return () => stop.abort();
  }, [name, path, isPacket]);
}

async function keep(project: string, signal: AbortSignal): Promise<void> {
  let turn = 0;
  const show = async (isNew: boolean) => {
    turn += 1;
    const mine = turn;
    const { tab } = useNavigation.getState();
    // A row that cannot be read is shown as an error by the list; the address then names the tab.
    const item = await shownItem().catch(() => null);
    // Another step came while the sample of this one was looked up.
    if (mine !== turn || signal.aborted || isFollowing) return;
    write({ tab, item, project }, isNew);
  };
  const go = async () => {
    await followWanted(project);
    await show(true);
  };
  const onAddress = () => {
    const place = parseAddress(location.hash);
    if (place === null) return;
    wanted = place;
    void go();
  };
  await go();
  if (signal.aborted) return;
  const onShown = () => void show(false);
  const stops = [useNavigation, useTrain].map((store) => store.subscribe(onShown));
  // What keys walk through, sample by sample and pair by pair, is on the screen before it is here.
  let isDue = false;
  const onWalked = () => {
    if (isDue) return;
    isDue = true;
    afterFrame(() => {
      isDue = false;
      void show(false);
    });
  };
  stops.push(
    useCurate.subscribe((now, before) => {
      if (now.selectedSeq !== before.selectedSeq) onWalked();
    }),
    useEvaluate.subscribe((now, before) => {
      if (now.selection !== before.selection) onShown();
      else onWalked();
    }),
  );
  // Not at each piece of an answer.
  stops.push(
    useChat.subscribe((now, before) => {
      if (shownConversation(now) !== shownConversation(before)) onShown();
    }),
  );
  window.addEventListener('hashchange', onAddress, { signal });
  signal.addEventListener('abort', () => {
    for (const stop of stops) stop();
    // What is shown next is no place of this project.
    if (wanted === null) history.replaceState(null, '', location.pathname + location.search);
  });
}
