import type { Recipe } from '../../../../shared/domain/recipe/recipe.ts';
import { xrayProblems } from '../../../../shared/domain/xray-totals.ts';
import type { XrayRow } from '../../../../shared/domain/xray.ts';
import { previewLine } from '../../../../shared/text/foreign-text.ts';
import { formatQuantity } from '../../../../shared/text/numbers.ts';
import { allWholeText, xrayProblemText } from '../../../../shared/text/xray.ts';
import type { CoreClient } from '../../cli/open-core.ts';

/** What becomes of the samples of a run that was not started yet. */
export interface SamplesBeforehand {
  remarks: { sampleId: string; seq: number; text: string }[];
  text: string;
}

/** Encodes a dataset as a run would, and tells which samples would not come as meant. */
export async function samplesBeforehand(
  client: CoreClient,
  request: { modelId: string; datasetId: string; recipe: Recipe },
  signal: AbortSignal,
): Promise<SamplesBeforehand> {
  const rows: XrayRow[] = [];
  for await (const event of await client.xray.open(request, { signal })) {
    if (event.type === 'rows') rows.push(...event.rows);
    if (event.type === 'counted') return told(rows, event.maxTokens);
  }
  signal.throwIfAborted();
  return told(rows, request.recipe.maxTokens);
}

function told(rows: readonly XrayRow[], maxTokens: number): SamplesBeforehand {
  const found = rows.filter((row) => xrayProblems(row).length > 0);
  const remarks = found.map((row) => ({
    sampleId: row.sampleId,
    seq: row.seq,
    text: xrayProblemText(row, maxTokens),
  }));
  const [first] = remarks;
  if (!first) return { remarks, text: allWholeText };
  const text =
    `${formatQuantity(found.length, 'sample')} would not come as meant, as #${first.seq}: ` +
    `${previewLine(first.text, 400)} See all with: dataset xray.`;
  return { remarks, text };
}
