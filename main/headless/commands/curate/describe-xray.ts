import { allWholeText, xrayProblemText } from '../../../../shared/text/xray.ts';
import {
  allTokens,
  xrayProblems,
  xrayTotals,
  xrayTotalsBySource,
} from '../../../../shared/domain/xray-totals.ts';
import {
  tokenFate,
  type XrayRow,
  type XraySample,
  type XrayStretch,
} from '../../../../shared/domain/xray.ts';
import { formatCount, formatQuantity, formatShare } from '../../../../shared/text/numbers.ts';
import { displayLine, previewLine } from '../../../../shared/text/foreign-text.ts';
import { formatTable } from '../../cli/terminal.ts';

const promptLength = 60;

const percent = (part: number, whole: number) => formatShare(part / Math.max(1, whole), 1);

/** Sums over the dataset and by source, the source that weighs most first. */
export function describeTotals(rows: readonly XrayRow[]): string {
  const { samples, tokens, trainedTokens } = xrayTotals(rows);
  const table = xrayTotalsBySource(rows).map((source) => [
    source.source,
    formatCount(source.samples),
    formatCount(source.tokens),
    formatCount(source.trainedTokens),
    percent(source.samples, samples),
    percent(source.trainedTokens, trainedTokens),
  ]);
  return [
    `${formatQuantity(samples, 'sample')}, ${formatQuantity(tokens, 'token')}; ` +
      `${formatCount(trainedTokens)} (${percent(trainedTokens, tokens)}) count in the loss.`,
    '',
    formatTable(['source', 'samples', 'tokens', 'trained', 'of samples', 'of trained'], table),
  ].join('\n');
}

/** Every sample that does not come whole, with its question and what becomes of it. */
export function describeProblems(rows: readonly XrayRow[], maxTokens: number): string {
  const found = rows.filter((row) => xrayProblems(row).length > 0);
  if (found.length === 0) return allWholeText;
  const table = found.map((row) => [
    `#${row.seq}`,
    previewLine(row.prompt, promptLength),
    xrayProblemText(row, maxTokens),
  ]);
  const verb = found.length === 1 ? 'does' : 'do';
  return [
    `${formatQuantity(found.length, 'sample')} ${verb} not come as meant:`,
    '',
    formatTable(['sample', 'question', 'what happens'], table),
  ].join('\n');
}

/** Every token of a sample in a table, with a line where a sequence begins or the cut lies. */
export function describeTokens(row: XrayRow, sample: XraySample): string {
  const head = [
    `#${row.seq}  ${displayLine(row.prompt)}`,
    `${formatQuantity(allTokens(row), 'token')}, ${formatCount(row.trainedTokens)} trained. ` +
      xrayProblemText(row, sample.maxTokens),
  ];
  const tables = sample.stretches.map((stretch) =>
    formatTable(
      [stretch.kind, 'id', 'turn', 'loss', 'piece'],
      stretch.tokens.map((id, index) => tokenCells(sample, stretch, { id, index })),
    ),
  );
  return [...head, ...tables].join('\n\n');
}

function tokenCells(
  { roles, pieces }: XraySample,
  stretch: XrayStretch,
  { id, index }: { id: number; index: number },
): string[] {
  const { kind, text } = pieces[id] ?? { kind: 'text', text: '' };
  return [
    String(index + 1),
    String(id),
    roles[stretch.turns[index] ?? 0] ?? '',
    tokenFate(stretch, index),
    kind === 'text' ? JSON.stringify(text) : text,
  ];
}
