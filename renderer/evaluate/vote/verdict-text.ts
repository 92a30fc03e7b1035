import type { ShownVerdict } from '../../../shared/domain/evaluation.ts';

/** What the annotator is asked (LIMA, appendix C). */
export const annotatorQuestion =
  'Imagine that you have a super-intelligent assistant, and that you require help with the ' +
  'following question. Which answer best satisfies your needs?';

/** The three options in the order of the screen, with their keys. */
export const verdictOptions: readonly {
  verdict: ShownVerdict;
  label: string;
  keys: readonly [string, string];
}[] = [
  { verdict: 'left', label: 'Left is better', keys: ['1', 'ArrowLeft'] },
  { verdict: 'neither', label: 'Neither significantly better', keys: ['2', 'ArrowDown'] },
  { verdict: 'right', label: 'Right is better', keys: ['3', 'ArrowRight'] },
];

/** The words of a stored verdict. */
export function verdictLabel(verdict: ShownVerdict): string {
  return verdictOptions.find((option) => option.verdict === verdict)?.label ?? verdict;
}
