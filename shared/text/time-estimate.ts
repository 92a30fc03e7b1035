import type { TimeEstimate } from '../domain/runs/time-estimate.ts';
import { formatDuration, formatQuantity } from './numbers.ts';

/** The time a run would take: one where low and high read the same, else a range. */
export function describeTime({ lowMs, highMs, basis }: TimeEstimate): string {
  const [low, high] = [formatDuration(lowMs), formatDuration(highMs)];
  const range = low === high ? `about ${high}` : `${low} to ${high}`;
  return basis === 'guess' ? `${range}, roughly guessed` : range;
}

/** How the time is known. */
export function describeTimeBasis({
  basis,
  measuredRuns,
  device,
  ...tokens
}: TimeEstimate): string {
  const runs = formatQuantity(measuredRuns, 'earlier run');
  const words = {
    'same-model': `from ${runs} of this model on ${device}`,
    'same-shape': `from ${runs} of a model of this width and type on ${device}`,
    'other-model': `from ${runs} of other models on ${device}, by their size`,
    guess: `no run like it was measured on ${device} of this machine yet`,
  };
  return tokens.areTokensCounted
    ? words[basis]
    : `${words[basis]}; its tokens are estimated from the text`;
}
