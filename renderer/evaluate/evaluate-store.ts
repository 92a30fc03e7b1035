import { create } from 'zustand';
import type { WantedEvaluation } from '../ui/navigation.ts';

/** What the right side shows. */
export type EvaluateSelection =
  | { kind: 'none' }
  | { kind: 'new'; promptSetId?: string; wanted?: WantedEvaluation }
  | { kind: 'evaluation'; id: string }
  | { kind: 'prompts'; id: string };

interface EvaluateState {
  selection: EvaluateSelection;
  isImporting: boolean;
}

/** UI state of the Evaluate tab. */
export const useEvaluate = create<EvaluateState>(() => ({
  selection: { kind: 'none' },
  isImporting: false,
}));

/** Shows something on the right side. */
export function showEvaluate(selection: EvaluateSelection): void {
  useEvaluate.setState({ selection });
}

/** Opens or closes the import of prompts. */
export function setImporting(isImporting: boolean): void {
  useEvaluate.setState({ isImporting });
}
