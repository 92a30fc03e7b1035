import { create } from 'zustand';
import type { WantedEvaluation } from '../ui/navigation.ts';

/** What the right side shows. */
export type EvaluateSelection =
  | { kind: 'none' }
  | { kind: 'new'; promptSetId?: string; wanted?: WantedEvaluation }
  /** With the ordinal of a pair that an address leads to, until the voting page has taken it. */
  | { kind: 'evaluation'; id: string; pair?: number }
  | { kind: 'new-study' }
  | { kind: 'study'; id: string; pair?: number }
  | { kind: 'prompts'; id: string }
  /** Statistics of votes that are in no project. */
  | { kind: 'votes' }
  /** Rubrics, and audits of judges. */
  | { kind: 'judges' };

/** The pair that a voting page has in front of the voter. */
interface ShownPair {
  /** Of the evaluation or the study. */
  id: string;
  ordinal: number;
}

/** What is graded answer by answer. */
export interface GradedSubject {
  kind: 'evaluation' | 'study';
  id: string;
}

interface EvaluateState {
  selection: EvaluateSelection;
  /** Whose answers are graded instead of its own page. */
  graded: GradedSubject | null;
  shownPair: ShownPair | null;
  isImporting: boolean;
}

/** UI state of the Evaluate tab. */
export const useEvaluate = create<EvaluateState>(() => ({
  selection: { kind: 'none' },
  graded: null,
  shownPair: null,
  isImporting: false,
}));

/** Shows something on the right side. */
export function showEvaluate(selection: EvaluateSelection): void {
  useEvaluate.setState({ selection, graded: null });
}

/** Shows the grading of single answers in place of a page; null leads back. */
export function showGrading(graded: GradedSubject | null): void {
  useEvaluate.setState({ graded });
}

/** Whether the answers of this thing are graded now. */
export const useIsGraded = ({ kind, id }: GradedSubject): boolean =>
  useEvaluate(({ graded }) => graded?.kind === kind && graded.id === id);

/** Tells which pair a voting page shows; null for none. */
export function showPair(shownPair: ShownPair | null): void {
  useEvaluate.setState({ shownPair });
}

/** The pair of an evaluation or a study that an address leads to, for the one who goes there; null for none. */
export function takeWantedPair(id: string): number | null {
  const { selection } = useEvaluate.getState();
  if (selection.kind !== 'evaluation' && selection.kind !== 'study') return null;
  if (selection.id !== id) return null;
  const { pair: ordinal, ...page } = selection;
  if (ordinal === undefined) return null;
  useEvaluate.setState({ selection: page, shownPair: { id, ordinal } });
  return ordinal;
}

/** Opens or closes the import of prompts. */
export function setImporting(isImporting: boolean): void {
  useEvaluate.setState({ isImporting });
}
