import { startTransition, useEffect, useRef, useState, type RefObject } from 'react';
import type { BlindComparison } from '../../../shared/contract/evaluate.ts';
import type { ShownVerdict, VoteReason } from '../../../shared/domain/evaluate/evaluation.ts';
import { rpc } from '../../rpc/client.ts';
import { whileStoring } from '../../rpc/storing.ts';
import { showErrorToast, showToast } from '../../ui/feedback/toast.tsx';
import { showPair, takeWantedPair, useEvaluate } from '../evaluate-store.ts';
import type { VotingSubject } from './voting-subject.ts';
import { useVoteClock } from './vote-clock.ts';

/** What was chosen for the pair at a place of the evaluation. */
export interface CastVote {
  ordinal: number;
  verdict: ShownVerdict;
}

/** The pair in front of the voter. */
export interface Ballot {
  /** `null`: nothing to judge at this place; `undefined`: not loaded yet. */
  current: BlindComparison | null | undefined;
  /** The pair that comes after a vote, once it is known: laid out while the shown one is read. */
  ahead: BlindComparison | null;
  /** The ordinal that was asked for, `null` for the next open pair. */
  ordinal: number | null;
  loadError: unknown;
  /** The vote that is on its way to the disk; no other one is taken until it is there. */
  storing: CastVote | null;
  /** The choice for the shown pair that could not be stored. */
  choice: ShownVerdict | null;
  voteError: unknown;
  /** Why the shown pair is voted on so: stored with the next vote on it. */
  why: VoteReason;
  explain: (change: Partial<VoteReason>) => void;
  /** What was stored last, once the core has said so. */
  stored: CastVote | null;
  goTo: (ordinal: number | null) => void;
  vote: (verdict: ShownVerdict) => void;
  undo: () => void;
}

type Shown = Pick<Ballot, 'current' | 'ordinal' | 'loadError'>;
type Choice = Pick<Ballot, 'choice' | 'voteError'>;

/** The calls of a page are of one kind of thing; what they answer beside pairs is nobody's business. */
const callsOf: Record<
  VotingSubject['kind'],
  {
    pair: (at: {
      id: string;
      ordinal?: number;
      besides?: string;
    }) => Promise<BlindComparison | null>;
    vote: (
      vote: VoteReason & {
        comparisonId: string;
        verdict: ShownVerdict;
        durationMs: number;
      },
    ) => Promise<unknown>;
    undo: (of: { id: string }) => Promise<BlindComparison | null>;
  }
> = {
  evaluation: {
    pair: (at) => rpc.evaluations.comparison(at),
    vote: (vote) => rpc.evaluations.vote(vote),
    undo: (of) => rpc.evaluations.undoVote(of),
  },
  study: {
    pair: (at) => rpc.studies.comparison(at),
    vote: (vote) => rpc.studies.vote(vote),
    undo: (of) => rpc.studies.undoVote(of),
  },
};

const noChoice: Choice = { choice: null, voteError: undefined };
/** A held key repeats: a choice this soon after the pair appeared was meant for the last one. */
const tooSoonMs = 300;

/**
 * Walks one evaluation, or a queue of a study, pair by pair: one call at a time, nothing counted before it is stored. The
 * next pair is shown while a vote is stored; where that fails, the pair comes back with the choice.
 */
export function useBallot({ kind, id }: Pick<VotingSubject, 'kind' | 'id'>): Ballot {
  const calls = callsOf[kind];
  const [shown, setShown] = useState<Shown>({
    current: undefined,
    ordinal: null,
    loadError: undefined,
  });
  const [choice, setChoice] = useState<Choice>(noChoice);
  const [storing, setStoring] = useState<CastVote | null>(null);
  const [stored, setStored] = useState<CastVote | null>(null);
  const { why, explain, bringBack } = useReason(shown.current);
  const clock = useVoteClock(shown.current?.comparisonId);
  const isBusy = useRef(false);
  const isGone = useRef(false);
  const lastVote = useRef<Promise<unknown>>(Promise.resolve());
  const next = useNextPair({ kind, id }, shown.current, lastVote);

  const load = async (ordinal: number | null) => {
    setShown(await fetchPair({ kind, id }, ordinal));
    setChoice(noChoice);
  };
  useEffect(() => {
    isGone.current = false;
    let isOld = false;
    const begin = async () => {
      const first = await fetchPair({ kind, id }, takeWantedPair(id));
      if (!isOld) setShown(first);
    };
    void begin();
    return () => {
      isOld = true;
      isGone.current = true;
    };
  }, [kind, id]);

  const exclusively = async (work: () => Promise<void>) => {
    if (isBusy.current) return;
    isBusy.current = true;
    try {
      await work();
    } finally {
      isBusy.current = false;
    }
    goToWanted();
  };

  const goToWanted = () => {
    const wanted = isBusy.current ? null : takeWantedPair(id);
    if (wanted !== null) void exclusively(() => load(wanted));
  };
  usePairInAddress(id, shown, goToWanted);

  const store = async (verdict: ShownVerdict, durationMs = clock.elapsedMs()) => {
    const { current } = shown;
    if (!current || durationMs < tooSoonMs) return;
    const { comparisonId, ordinal } = current;
    const call = calls.vote({ comparisonId, verdict, durationMs, ...why });
    const vote = whileStoring(call);
    lastVote.current = vote.catch(() => undefined);
    const early = next.known();
    if (early) setShown({ current: early, ordinal: null, loadError: undefined });
    setChoice(noChoice);
    setStoring({ ordinal, verdict });
    try {
      await vote;
      setStored({ ordinal, verdict });
    } catch (error) {
      if (isGone.current) showErrorToast(error);
      setShown(shown);
      setChoice({ choice: verdict, voteError: error });
      return;
    } finally {
      setStoring(null);
    }
    if (early) return;
    const ahead = await next.asked();
    if (ahead) setShown({ current: ahead, ordinal: null, loadError: undefined });
    else await load(null);
  };

  const takeBack = async () => {
    try {
      const current = await whileStoring(calls.undo({ id }));
      if (!current) {
        showToast({ text: 'There is no vote of yours to take back.', key: 'undo' });
        return;
      }
      setStored(null);
      setChoice(noChoice);
      bringBack(current);
      setShown({ current, ordinal: current.ordinal, loadError: undefined });
    } catch (error) {
      showErrorToast(error);
    }
  };

  const waiting = useWaitingVote({ current: shown.current, storing, isBusy }, (choice) =>
    exclusively(() => store(choice.verdict, choice.durationMs)),
  );
  const vote = (verdict: ShownVerdict) => {
    const choice = { verdict, durationMs: clock.elapsedMs() };
    if (!waiting.keep(choice)) void exclusively(() => store(verdict, choice.durationMs));
  };

  return {
    ...shown,
    ...choice,
    ahead: next.ahead,
    why,
    explain,
    storing,
    stored,
    goTo: (ordinal) => void exclusively(() => load(ordinal)),
    vote,
    undo: () => void exclusively(takeBack),
  };
}

interface Choosing {
  verdict: ShownVerdict;
  durationMs: number;
}

/**
 * A choice on the pair that is shown while the vote before it is stored waits for that one, and is
 * dropped with the pair where that one fails. `keep` returns whether a choice waits.
 */
function useWaitingVote(
  {
    current,
    storing,
    isBusy,
  }: Pick<Ballot, 'current' | 'storing'> & { isBusy: RefObject<boolean> },
  vote: (choice: Choosing) => Promise<void>,
): { keep: (choice: Choosing) => boolean } {
  const [waiting, setWaiting] = useState<Choosing & { of: string }>();
  const of = current?.comparisonId;
  useEffect(() => {
    if (!waiting || storing !== null) return undefined;
    // What stored the vote before may end only after the frame that says so.
    const timer = setTimeout(() => {
      setWaiting(undefined);
      if (waiting.of === of && !isBusy.current) void vote(waiting);
    });
    return () => clearTimeout(timer);
  });
  const keep = (choice: Choosing) => {
    if (storing === null || of === undefined || storing.ordinal === current?.ordinal) return false;
    if (choice.durationMs >= tooSoonMs) setWaiting({ ...choice, of });
    return true;
  };
  return { keep };
}

/** What is typed about a pair stays with it; a pair that was voted on comes with what was said then. */
function useReason(
  pair: BlindComparison | null | undefined,
): Pick<Ballot, 'why' | 'explain'> & { bringBack: (pair: BlindComparison) => void } {
  const [typed, setTyped] = useState<ReadonlyMap<string, VoteReason>>(new Map());
  const put = (of: string, said: VoteReason) => setTyped((all) => new Map([...all, [of, said]]));
  const id = pair?.comparisonId ?? '';
  const why = typed.get(id) ?? { reason: pair?.reason ?? '', tags: pair?.tags ?? [] };
  const bringBack = ({ comparisonId, reason, tags }: BlindComparison) => {
    // What was typed since is newer.
    if (!typed.has(comparisonId)) put(comparisonId, { reason, tags });
  };
  return { why, explain: (change) => put(id, { ...why, ...change }), bringBack };
}

/**
 * Asks for the pair after the shown one while that is looked at, and not before the last vote is
 * stored, whose pair would be the next one still. `null`: there was none yet, it is to be asked again.
 */
function useNextPair(
  { kind, id }: Pick<VotingSubject, 'kind' | 'id'>,
  shown: BlindComparison | null | undefined,
  lastVote: RefObject<Promise<unknown>>,
) {
  const asked = useRef<Promise<BlindComparison | null>>(undefined);
  const known = useRef<BlindComparison | null>(null);
  const [ahead, setAhead] = useState<BlindComparison | null>(null);
  const besides = shown?.comparisonId;
  useEffect(() => {
    known.current = null;
    asked.current = undefined;
    if (besides === undefined) return undefined;
    let isOld = false;
    const ask = async () => {
      await lastVote.current;
      const pair = await callsOf[kind].pair({ id, besides });
      if (isOld) return pair;
      known.current = pair;
      startTransition(() => setAhead(pair));
      return pair;
    };
    asked.current = ask().catch(() => null);
    return () => {
      isOld = true;
    };
  }, [kind, id, besides, lastVote]);
  return {
    ahead: ahead?.comparisonId === besides ? null : ahead,
    known: () => known.current,
    asked: async () => (await asked.current) ?? null,
  };
}

/** The address names the pair that is shown, and leads to others. */
function usePairInAddress(id: string, { current, ordinal }: Shown, goToWanted: () => void): void {
  const wanted = useEvaluate(({ selection }) =>
    selection.kind === 'evaluation' || selection.kind === 'study' ? selection.pair : undefined,
  );
  const isLoaded = current !== undefined;
  const place = current?.ordinal ?? ordinal;
  useEffect(() => {
    if (isLoaded) showPair(place === null ? null : { id, ordinal: place });
  }, [id, isLoaded, place]);
  useEffect(() => () => showPair(null), []);
  useEffect(() => {
    if (wanted !== undefined) goToWanted();
  });
}

/** The pair at an ordinal, or the next open one; an error becomes part of what is shown. */
async function fetchPair(
  { kind, id }: Pick<VotingSubject, 'kind' | 'id'>,
  ordinal: number | null,
): Promise<Shown> {
  try {
    const place = ordinal === null ? {} : { ordinal };
    const current = await callsOf[kind].pair({ id, ...place });
    return { current, ordinal, loadError: undefined };
  } catch (error) {
    return { current: undefined, ordinal, loadError: error };
  }
}
