import { useEffect, useRef, useState } from 'react';
import type { BlindAnswer, Grading } from '../../../shared/contract/grades.ts';
import type { Grade, Safety } from '../../../shared/domain/evaluate/grade.ts';
import { rpc } from '../../rpc/client.ts';
import { whileStoring } from '../../rpc/storing.ts';
import { showErrorToast, showToast } from '../../ui/feedback/toast.tsx';
import { useVoteClock } from '../vote/vote-clock.ts';

/** The sample that is graded, as the page has it. */
export interface SampleChoice {
  kind: 'evaluation' | 'study';
  id: string;
  prompts: number;
  tag: string;
  system: string;
}

/** What is said of the shown answer so far. */
export interface GradeDraft {
  grade: Grade | null;
  safety: Safety | null;
  note: string;
}

const noDraft: GradeDraft = { grade: null, safety: null, note: '' };
/** The sample without what nobody chose. */
const sampleOf = ({ tag, system, ...sample }: SampleChoice) => ({
  ...sample,
  ...(tag !== '' && { tag }),
  ...(system !== '' && { system }),
});

/** A held key repeats: what comes this soon after an answer appeared was meant for the last one. */
const tooSoonMs = 300;

interface Shown {
  answer: BlindAnswer | null;
  grading: Grading;
}

/** The answer in front of a grader, what they said of it, and how far they are. */
export interface GradingDesk {
  /** `null`: nothing is left; `undefined`: not loaded yet. */
  answer: BlindAnswer | null | undefined;
  grading: Grading | undefined;
  draft: GradeDraft;
  isStoring: boolean;
  error: unknown;
  setNote: (note: string) => void;
  /** Says a part; stored as soon as all that is asked was said. */
  say: (said: Partial<Pick<GradeDraft, 'grade' | 'safety'>>) => void;
  undo: () => void;
  reload: () => void;
}

/** Walks a sample answer by answer; the next one is shown once the grade is on the disk. */
export function useGrading({ kind, id, prompts, tag, system }: SampleChoice): GradingDesk {
  const sample = sampleOf({ kind, id, prompts, tag, system });
  const [shown, setShown] = useState<Shown>();
  const [draft, setDraft] = useState(noDraft);
  const [isStoring, setStoring] = useState(false);
  const [error, setError] = useState<unknown>(undefined);
  const busy = useRef(false);
  const clock = useVoteClock(shown?.answer?.answer);

  const show = (next: Shown) => {
    setShown(next);
    setDraft({ ...noDraft, note: next.answer?.note ?? '' });
  };
  useEffect(() => {
    let isOld = false;
    const begin = async () => {
      try {
        const next = await rpc.grades.next(sampleOf({ kind, id, prompts, tag, system }));
        if (isOld) return;
        setError(undefined);
        setShown(next);
        setDraft({ ...noDraft, note: next.answer?.note ?? '' });
      } catch (problem) {
        if (!isOld) setError(problem);
      }
    };
    void begin();
    return () => {
      isOld = true;
    };
  }, [kind, id, prompts, tag, system]);

  const exclusively = async (work: () => Promise<void>) => {
    if (busy.current) return;
    busy.current = true;
    setStoring(true);
    setError(undefined);
    try {
      await work();
    } catch (problem) {
      setError(problem);
    } finally {
      busy.current = false;
      setStoring(false);
    }
  };

  const store = (answer: BlindAnswer, { grade, safety, note }: GradeDraft) =>
    exclusively(async () => {
      if (grade === null) return;
      const said = { grade, note, ...(safety !== null && { safety }) };
      const durationMs = clock.elapsedMs();
      const call = rpc.grades.grade({ ...sample, answer: answer.answer, ...said, durationMs });
      await whileStoring(call);
      show(await rpc.grades.next(sample));
    });

  const say = (said: Partial<Pick<GradeDraft, 'grade' | 'safety'>>) => {
    const answer = shown?.answer;
    if (!answer || busy.current || clock.elapsedMs() < tooSoonMs) return;
    const now = { ...draft, ...said };
    setDraft(now);
    if (now.grade !== null && (!answer.asksSafety || now.safety !== null)) void store(answer, now);
  };

  const undo = () =>
    void exclusively(async () => {
      const answer = await whileStoring(rpc.grades.undo(sample));
      if (!answer) {
        showToast({ text: 'There is no grade of yours to take back.', key: 'undo' });
        return;
      }
      const { grading } = await rpc.grades.next(sample);
      show({ answer, grading });
    }).catch(showErrorToast);

  return {
    answer: shown?.answer,
    grading: shown?.grading,
    draft,
    isStoring,
    error,
    setNote: (note) => setDraft((before) => ({ ...before, note })),
    say,
    undo,
    reload: () => void exclusively(async () => show(await rpc.grades.next(sample))),
  };
}
