import type { SampleRemark, XrayCounts, XrayRow } from '../domain/xray.ts';
import { type XrayProblem, xrayProblems } from '../domain/xray-totals.ts';
import { formatCount, formatQuantity } from './numbers.ts';

/** Said when no sample of a dataset has a problem. */
export const allWholeText = 'Every sample comes whole, with its end of turn trained.';

/** Said above the samples that do not come as they are. */
export const notAsMeantText = (samples: number): string =>
  `${formatQuantity(samples, 'sample')} would not come as meant`;

/** What happens to a sample that does not come as meant, in sentences; empty for any other. */
export function xrayProblemText(row: XrayRow, maxTokens: number): string {
  const found = xrayProblems(row).map((problem) => problemSentence(problem, row, maxTokens));
  return [...row.remarks.map(remarkSentence), ...found].filter(Boolean).join(' ');
}

/** What may make a sample teach something else than meant, although it is trained; or empty. */
export function remarksText(counts: XrayCounts): string {
  const unended = xrayProblems(counts).includes('unended') ? [unendedText(counts)] : [];
  return [...counts.remarks.map(remarkSentence), ...unended].join(' ');
}

function unendedText({ answers, endedAnswers }: XrayCounts): string {
  const open = formatCount(answers - endedAnswers);
  return `${open} of ${formatQuantity(answers, 'answer')} without a trained end-of-turn token: the model does not learn to stop there.`;
}

/** A remark with the place it is about. */
const remarkSentence = ({ message, text }: Pick<SampleRemark, 'message' | 'text'>): string =>
  `Message ${message + 1}: ${text}.`;

function problemSentence(problem: XrayProblem, row: XrayRow, maxTokens: number): string {
  const limit = formatQuantity(maxTokens, 'token');
  if (problem === 'truncated')
    return `Cut at ${limit}: ${formatQuantity(row.wholeTokens - maxTokens, 'token')} and the last end of turn are never seen.`;
  if (problem === 'split')
    return `Split into ${formatQuantity(row.sequences, 'sequence')} of at most ${limit}.`;
  if (problem === 'perAnswer')
    return `One sample per answer, ${formatCount(row.sequences)} of them: the template drops the thinking of earlier answers, and each is trained with its own.`;
  if (problem === 'dropped') return `Left out: ${row.reason.replace(/\.$/, '')}.`;
  return problem === 'unended' ? unendedText(row) : '';
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
