import type { XrayRow } from '../domain/xray.ts';
import { xrayProblem } from '../domain/xray-totals.ts';
import { formatCount, formatQuantity } from './numbers.ts';

/** Said when no sample of a dataset has a problem. */
export const allWholeText = 'Every sample comes whole, with its end of turn trained.';

/** What happens to a sample that does not come whole, in a sentence; empty for any other. */
export function xrayProblemText(row: XrayRow, maxTokens: number): string {
  const limit = formatQuantity(maxTokens, 'token');
  const problem = xrayProblem(row);
  if (problem === 'truncated')
    return `Cut at ${limit}: ${formatQuantity(row.wholeTokens - maxTokens, 'token')} and the last end of turn are never seen.`;
  if (problem === 'split')
    return `Split into ${formatQuantity(row.sequences, 'sequence')} of at most ${limit}.`;
  if (problem === 'dropped') return `Left out: ${row.reason}.`;
  if (problem === null) return '';
  const open = formatCount(row.answers - row.endedAnswers);
  return `${open} of ${formatQuantity(row.answers, 'answer')} without a trained end-of-turn token: the model does not learn to stop there.`;
}

/** The length rule in force, in a few words. */
export function xrayRuleText(
  { overlong, lossOn }: { overlong: 'truncate' | 'split' | 'drop'; lossOn: 'answers' | 'all' },
  maxTokens: number,
): string {
  const fate = { truncate: 'cut', split: 'split', drop: 'left out' }[overlong];
  const loss = lossOn === 'answers' ? 'loss on answers' : 'loss on every token';
  return `Longer than ${formatCount(maxTokens)} tokens: ${fate} · ${loss}`;
}
