import type { PrunePlan } from '../domain/runs/pruning.ts';
import { formatBytes, formatQuantity } from './numbers.ts';

const epochsText = (epochs: readonly number[]) =>
  epochs.length === 0
    ? 'none'
    : `${epochs.length === 1 ? 'epoch' : 'epochs'} ${stretches(epochs).join(', ')}`;

/** Ascending numbers in words, three and more in a row as one stretch: `1 to 499`, `500`. */
function stretches(numbers: readonly number[]): string[] {
  const texts: string[] = [];
  for (let start = 0; start < numbers.length;) {
    const first = numbers[start] ?? 0;
    let end = start + 1;
    while (numbers[end] === first + end - start) end += 1;
    const stretch = numbers.slice(start, end);
    if (stretch.length < 3) texts.push(...stretch.map(String));
    else texts.push(`${first} to ${stretch.at(-1)}`);
    start = end;
  }
  return texts;
}

/** What a pruning would do, in sentences: what goes, what it frees, what stays. */
export function describePruning({ removed, keptEpochs, freesBytes, problem }: PrunePlan): string {
  if (problem !== '') return `${problem} Nothing would be removed.`;
  if (removed.length === 0) return 'The rule keeps every checkpoint: nothing would be removed.';
  const gone = epochsText(removed.map(({ epoch }) => epoch));
  return (
    `${formatQuantity(removed.length, 'checkpoint')} would go (${gone}), which frees ` +
    `${formatBytes(freesBytes)}. What stays: ${epochsText(keptEpochs)}.`
  );
}

/** What depends on checkpoints that would go, a line for each of them; empty when nothing does. */
export function describeDependents({ removed }: PrunePlan): string[] {
  const nouns = {
    run: 'run',
    checkpoint: 'checkpoint',
    dataset: 'dataset',
    evaluation: 'evaluation',
    vote: 'vote',
    grade: 'grade',
    'chat-answer': 'chat answer',
  };
  return removed.flatMap(({ epoch, dependents }) =>
    dependents.map(({ what, total, names }) => {
      const named = names.length === 0 ? '' : `: ${names.join(', ')}`;
      return `Epoch ${epoch} is in ${formatQuantity(total, nouns[what])}${named}`;
    }),
  );
}
