import type { Recipe } from '../../../../shared/domain/recipe/recipe.ts';
import { xrayRuleText } from '../../../../shared/text/xray.ts';
import {
  lengthHistogram,
  xrayTotals,
  xrayTotalsBySource,
} from '../../../../shared/domain/xray-totals.ts';
import type { XrayRow } from '../../../../shared/domain/xray.ts';
import { formatCount, formatQuantity } from '../../../../shared/text/numbers.ts';
import { CommandError } from '../../cli/command-error.ts';
import { defineCommand, positional, requiredOption, type Call } from '../../cli/command.ts';
import { describeProblems, describeTokens, describeTotals } from './describe-xray.ts';
import { findNamed } from '../../arguments/find-named.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';
import { ensureModel } from '../../arguments/project-models.ts';
import { readTemplateFile, templateOption } from '../../arguments/template-file.ts';
import { resolveRecipe } from '../../arguments/settings.ts';

const options = {
  base: { type: 'string', value: 'FILE.gguf', description: 'the model whose vocabulary counts' },
  recipe: {
    type: 'string',
    value: 'NAME',
    description: 'as for train: lima, quick or a .json file',
  },
  set: {
    type: 'string',
    multiple: true,
    value: 'KEY=VALUE',
    description:
      'change a recipe field: maxTokens, overlong, lossOn, droppedThinking and devShare matter here',
  },
  template: templateOption,
  sample: {
    type: 'string',
    value: 'NUMBER|ID',
    description: 'show every token of one sample instead of the totals',
  },
} as const;

/** `lima dataset xray`: what the trainer would get of a dataset, before any run. */
export const datasetXrayCommand = defineCommand({
  name: 'dataset xray',
  usage:
    'dataset xray P.lima NAME --base FILE.gguf [--recipe NAME] [--set key=value]… [--template FILE] [--sample NUMBER]',
  summary:
    'Show a dataset as the trainer will see it: tokens, what counts in the loss, what is cut.',
  positionals: { min: 2, max: 2 },
  options,
  async run(call) {
    const basePath = requiredOption(call.options.base, 'base');
    const recipe = await resolveRecipe(call.options.recipe, call.options.set ?? [], {
      own: await readTemplateFile(call.options.template),
    });
    await using project = await openCoreWithProject(call);
    const { client } = project;
    const dataset = findNamed(await client.datasets.list(), positional(call, 1), 'dataset');
    const modelId = await ensureModel(client, basePath, call);
    await encodeAndShow(client, { modelId, datasetId: dataset.id, recipe }, call);
  },
});

interface EncodeRequest {
  modelId: string;
  datasetId: string;
  recipe: Recipe;
}

async function encodeAndShow(
  client: CoreClient,
  request: EncodeRequest,
  call: Call<typeof options>,
): Promise<void> {
  const { terminal, signal } = call;
  const rows: XrayRow[] = [];
  let opened = { xrayId: '', samples: 0 };
  for await (const event of await client.xray.open(request, { signal })) {
    if (event.type === 'opened') opened = event;
    else if (event.type === 'rows') {
      rows.push(...event.rows);
      const { samples } = opened;
      const text = `encoding: ${formatCount(rows.length)} of ${formatQuantity(samples, 'sample')}`;
      terminal.progress('encoding', text, { phase: 'encoding', done: rows.length, total: samples });
    } else {
      const { sample } = call.options;
      if (sample === undefined) showTotals({ ...event, rows, recipe: request.recipe }, call);
      else await showSample(client, { ...opened, rows, sample }, call);
      return;
    }
  }
  signal.throwIfAborted();
}

interface EncodedDataset {
  rows: readonly XrayRow[];
  recipe: Recipe;
  maxTokens: number;
  templateSha256: string;
  heldOutIds: readonly string[];
}

function showTotals(
  { rows, recipe, maxTokens, templateSha256, heldOutIds }: EncodedDataset,
  { terminal }: Call,
): void {
  const { overlong, lossOn, droppedThinking, devShare } = recipe;
  const document = {
    maxTokens,
    overlong,
    lossOn,
    droppedThinking,
    templateSha256,
    devShare,
    heldOutIds,
    totals: xrayTotals(rows),
    bySource: xrayTotalsBySource(rows),
    lengths: lengthHistogram(rows, maxTokens),
    samples: rows,
  };
  const text = [
    xrayRuleText(recipe, maxTokens),
    describeTotals(rows),
    ...describeHeldOut(heldOutIds),
    describeProblems(rows, maxTokens),
  ].join('\n\n');
  terminal.result(document, text);
}

const describeHeldOut = ({ length }: readonly string[]) =>
  length === 0
    ? []
    : [
        `${formatQuantity(length, 'sample')} of them would be held out: measured, never trained on.`,
      ];

interface SampleRequest {
  xrayId: string;
  rows: readonly XrayRow[];
  sample: string;
}

async function showSample(
  client: CoreClient,
  { xrayId, rows, sample }: SampleRequest,
  { terminal }: Call,
): Promise<void> {
  const number = sample.replace(/^#/, '');
  const row = rows.find(({ sampleId, seq }) => sampleId === sample || String(seq) === number);
  if (!row)
    throw new CommandError('NOT_FOUND', `The dataset holds no sample ${sample}.`, { sample });
  const shown = await client.xray.sample({ xrayId, sampleId: row.sampleId });
  terminal.result({ ...row, ...shown }, describeTokens(row, shown));
}
