import type { Recipe } from '../../../../shared/domain/recipe/recipe.ts';
import { TrainedCount, xrayProblems } from '../../../../shared/domain/xray-totals.ts';
import type { XrayRow } from '../../../../shared/domain/xray.ts';
import { previewLine } from '../../../../shared/text/foreign-text.ts';
import { formatCount, formatQuantity } from '../../../../shared/text/numbers.ts';
import { allWholeText, notAsMeantText, xrayProblemText } from '../../../../shared/text/xray.ts';
import type { Call } from '../../cli/command.ts';
import type { CoreClient } from '../../cli/open-core.ts';

/** What becomes of the samples of a run that was not started yet. */
export interface SamplesBeforehand {
  /** Samples that the trainer would get, and those that would only be measured. */
  samples: number;
  heldOut: number;
  remarks: { sampleId: string; seq: number; text: string }[];
  text: string;
}

/** Encodes a dataset as a run would, and tells which samples would not come as meant. */
export async function samplesBeforehand(
  client: CoreClient,
  request: { modelId: string; datasetId: string; recipe: Recipe },
  { terminal, signal }: Pick<Call, 'terminal' | 'signal'>,
): Promise<SamplesBeforehand | null> {
  const rows: XrayRow[] = [];
  let total = 0;
  for await (const event of await client.xray.open(request, { signal })) {
    if (event.type === 'opened') total = event.samples;
    if (event.type === 'counted') return told(rows, event);
    if (event.type !== 'rows') continue;
    rows.push(...event.rows);
    const text = `encoding: ${formatCount(rows.length)} of ${formatQuantity(total, 'sample')}`;
    terminal.progress('encoding', text, { phase: 'encoding', done: rows.length, total });
  }
  signal.throwIfAborted();
  return null;
}

function told(
  rows: readonly XrayRow[],
  { maxTokens, heldOutIds }: { maxTokens: number; heldOutIds: readonly string[] },
): SamplesBeforehand {
  const found = rows.filter((row) => xrayProblems(row).length > 0);
  const remarks = found.map((row) => ({
    sampleId: row.sampleId,
    seq: row.seq,
    text: xrayProblemText(row, maxTokens),
  }));
  const trained = new TrainedCount();
  for (const row of rows) trained.add(row);
  const counts = { samples: trained.without(heldOutIds), heldOut: heldOutIds.length };
  const [first] = remarks;
  if (!first) return { ...counts, remarks, text: allWholeText };
  const text =
    `${notAsMeantText(found.length)}, as #${first.seq}: ` +
    `${previewLine(first.text, 400)} See all with: dataset xray.`;
  return { ...counts, remarks, text };
}
