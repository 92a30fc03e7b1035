import { useEffect, useRef, useState } from 'react';
import type { BlindComparison } from '../../../shared/contract/evaluate.ts';
import type { ShownVerdict } from '../../../shared/domain/evaluation.ts';
import { rpc } from '../../rpc/client.ts';
import { showErrorToast, showToast } from '../../ui/feedback/toast.tsx';
import { showPair, takeWantedPair, useEvaluate } from '../evaluate-store.ts';
import { useVoteClock } from './vote-clock.ts';

/** The pair in front of the voter. */
export interface Ballot {
  /** `null`: nothing to judge at this place; `undefined`: not loaded yet. */
  current: BlindComparison | null | undefined;
  /** The ordinal that was asked for, `null` for the next open pair. */
  ordinal: number | null;
  loadError: unknown;
  /** The choice that is being stored or failed to be. */
  choice: ShownVerdict | null;
  voteError: unknown;
  /** What was stored last, once the core has said so. */
  stored: { ordinal: number; verdict: ShownVerdict } | null;
  goTo: (ordinal: number | null) => void;
  vote: (verdict: ShownVerdict) => void;
  undo: () => void;
}

type Shown = Pick<Ballot, 'current' | 'ordinal' | 'loadError'>;
type Choice = Pick<Ballot, 'choice' | 'voteError'>;

const noChoice: Choice = { choice: null, voteError: undefined };
/** A held key repeats: a choice this soon after the pair appeared was meant for the last one. */
const tooSoonMs = 300;

/** Walks one evaluation pair by pair: one call at a time, nothing counted before it is stored. */
export function useBallot(evaluationId: string): Ballot {
  const [shown, setShown] = useState<Shown>({
    current: undefined,
    ordinal: null,
    loadError: undefined,
  });
  const [choice, setChoice] = useState<Choice>(noChoice);
  const [stored, setStored] = useState<Ballot['stored']>(null);
  const clock = useVoteClock(shown.current?.comparisonId);
  const isBusy = useRef(false);
  const next = useNextPair(evaluationId, shown.current);

  const load = async (ordinal: number | null) => {
    setShown(await fetchPair(evaluationId, ordinal));
    setChoice(noChoice);
  };
  useEffect(() => {
    let isGone = false;
    const begin = async () => {
      const first = await fetchPair(evaluationId, takeWantedPair(evaluationId));
      if (!isGone) setShown(first);
    };
    void begin();
    return () => {
      isGone = true;
    };
  }, [evaluationId]);

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
    const wanted = isBusy.current ? null : takeWantedPair(evaluationId);
    if (wanted !== null) void exclusively(() => load(wanted));
  };
  usePairInAddress(evaluationId, shown, goToWanted);

  const store = async (verdict: ShownVerdict) => {
    const { current } = shown;
    if (!current || clock.elapsedMs() < tooSoonMs) return;
    setChoice({ choice: verdict, voteError: undefined });
    try {
      const { comparisonId, ordinal } = current;
      await rpc.evaluations.vote({ comparisonId, verdict, durationMs: clock.elapsedMs() });
      setStored({ ordinal, verdict });
    } catch (error) {
      setChoice({ choice: verdict, voteError: error });
      return;
    }
    const ahead = await next();
    if (!ahead) return await load(null);
    setShown({ current: ahead, ordinal: null, loadError: undefined });
    setChoice(noChoice);
  };

  const takeBack = async () => {
    try {
      const current = await rpc.evaluations.undoVote({ id: evaluationId });
      if (!current) {
        showToast({ text: 'There is no vote of yours to take back.', key: 'undo' });
        return;
      }
      setStored(null);
      setChoice(noChoice);
      setShown({ current, ordinal: current.ordinal, loadError: undefined });
    } catch (error) {
      showErrorToast(error);
    }
  };

  return {
    ...shown,
    ...choice,
    stored,
    goTo: (ordinal) => void exclusively(() => load(ordinal)),
    vote: (verdict) => void exclusively(() => store(verdict)),
    undo: () => void exclusively(takeBack),
  };
}

/**
 * Asks for the pair after the shown one while that is looked at, so that it is there once the vote
 * is stored. What it answers is `null` where there was none yet: it is to be asked again.
 */
function useNextPair(evaluationId: string, shown: BlindComparison | null | undefined) {
  const ahead = useRef<Promise<BlindComparison | null>>(undefined);
  const besides = shown?.comparisonId;
  useEffect(() => {
    ahead.current =
      besides === undefined
        ? undefined
        : rpc.evaluations.comparison({ id: evaluationId, besides }).catch(() => null);
  }, [evaluationId, besides]);
  return async () => (await ahead.current) ?? null;
}

/** The address names the pair that is shown, and leads to others. */
function usePairInAddress(
  evaluationId: string,
  { current, ordinal }: Shown,
  goToWanted: () => void,
): void {
  const wanted = useEvaluate(({ selection }) =>
    selection.kind === 'evaluation' ? selection.pair : undefined,
  );
  const isLoaded = current !== undefined;
  const place = current?.ordinal ?? ordinal;
  useEffect(() => {
    if (isLoaded) showPair(place === null ? null : { evaluationId, ordinal: place });
  }, [evaluationId, isLoaded, place]);
  useEffect(() => () => showPair(null), []);
  useEffect(() => {
    if (wanted !== undefined) goToWanted();
  });
}

/** The pair at an ordinal, or the next open one; an error becomes part of what is shown. */
async function fetchPair(id: string, ordinal: number | null): Promise<Shown> {
  try {
    const place = ordinal === null ? {} : { ordinal };
    const current = await rpc.evaluations.comparison({ id, ...place });
    return { current, ordinal, loadError: undefined };
  } catch (error) {
    return { current: undefined, ordinal, loadError: error };
  }
}
