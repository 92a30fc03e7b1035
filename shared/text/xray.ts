import type { XrayRow } from '../domain/xray.ts';
import { xrayProblem } from '../domain/xray-totals.ts';

const count = (value: number) => value.toLocaleString('en-US');

const quantity = (value: number, noun: string) =>
  `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** What happens to a sample that does not come whole, in a sentence; empty for any other. */
export function xrayProblemText(row: XrayRow, maxTokens: number): string {
  const limit = quantity(maxTokens, 'token');
  const problem = xrayProblem(row);
  if (problem === 'truncated')
    return `Cut at ${limit}: ${quantity(row.wholeTokens - maxTokens, 'token')} and the last end of turn are never seen.`;
  if (problem === 'split') return `Split into ${quantity(row.parts, 'part')} of at most ${limit}.`;
  if (problem === 'dropped') return `Left out: ${row.reason}.`;
  if (problem === null) return '';
  const open = count(row.answers - row.endedAnswers);
  return `${open} of ${quantity(row.answers, 'answer')} without a trained end-of-turn token: the model does not learn to stop there.`;
}

/** The length rule in force, in a few words. */
export function xrayRuleText(
  { overlong, lossOn }: { overlong: 'truncate' | 'split' | 'drop'; lossOn: 'answers' | 'all' },
  maxTokens: number,
): string {
  const fate = { truncate: 'cut', split: 'split', drop: 'left out' }[overlong];
  const loss = lossOn === 'answers' ? 'loss on answers' : 'loss on every token';
  return `Longer than ${count(maxTokens)} tokens: ${fate} · ${loss}`;
}
