import type { NearByMeaning, NearestSamples } from '../../../../shared/contract/curate.ts';
import {
  evaluationReportSchema,
  type EvaluationReport,
  type ReportItem,
} from '../../../../shared/domain/report/evaluation-report.ts';
import type { SystemKey } from '../../../../shared/domain/evaluate/evaluation.ts';
import {
  lostBy,
  meaningNote,
  nearestNote,
  noAccepted,
  noNearest,
  testPromptCaution,
  tunedSystem,
} from '../../../../shared/report/lost-comparisons.ts';
import { previewLine } from '../../../../shared/text/foreign-text.ts';
import { formatCount, formatQuantity } from '../../../../shared/text/numbers.ts';
import type { CoreClient } from '../../cli/open-core.ts';
import type { Terminal } from '../../cli/terminal.ts';

/** A lost comparison with what lies near its prompt: by words, or by the vectors of a model. */
interface LostComparison {
  item: ReportItem;
  nearest: NearestSamples | { samples: NearByMeaning[] };
}

/** What one system lost in an evaluation. */
export interface LostComparisons {
  report: EvaluationReport;
  system: SystemKey;
  lost: LostComparison[];
  /** Samples that were compared by meaning; undefined: they were found by words. */
  compared?: number | undefined;
}

/** By which model samples are embedded, and who is told how far that is. */
export interface ByMeaning {
  model: { modelId: string } | { path: string };
  terminal: Pick<Terminal, 'progress'>;
  signal: AbortSignal;
}

/**
 * The comparisons that a system lost, each with the accepted samples nearest to its prompt; of the
 * tuned system unless one is named. Refused while the evaluation is blind.
 */
export async function lostComparisons(
  client: Pick<CoreClient, 'evaluations' | 'samples'>,
  id: string,
  { named, by }: { named?: SystemKey | undefined; by?: ByMeaning | undefined } = {},
): Promise<LostComparisons> {
  const { text } = await client.evaluations.report({ id, format: 'json' });
  const report = evaluationReportSchema.parse(JSON.parse(text));
  const system = named ?? tunedSystem(report);
  const items = lostBy(report, system);
  if (by) return { report, system, ...(await nearestByMeaning(client, items, by)) };
  const lost: LostComparison[] = [];
  for (const item of items)
    lost.push({ item, nearest: await client.samples.nearest({ messages: item.prompt }) });
  return { report, system, lost };
}

async function nearestByMeaning(
  client: Pick<CoreClient, 'samples'>,
  items: readonly ReportItem[],
  { model, terminal, signal }: ByMeaning,
): Promise<Pick<LostComparisons, 'lost' | 'compared'>> {
  if (items.length === 0) return { lost: [] };
  const prompts = items.map(({ prompt }) => prompt);
  const events = await client.samples.nearestByMeaning({ model, prompts }, { signal });
  for await (const event of events) {
    if (event.type === 'embedded') {
      const text = `Embedded ${event.done} of ${formatQuantity(event.total, 'accepted sample')}`;
      terminal.progress('embedding', text, { phase: 'embedding', ...event });
    }
    if (event.type !== 'found') continue;
    const near = (at: number) => ({ samples: event.prompts[at] ?? [] });
    const lost = items.map((item, at) => ({ item, nearest: near(at) }));
    return { lost, compared: event.accepted };
  }
  signal.throwIfAborted();
  throw new Error('The search ended without a result');
}

/** The same for programs. */
export function lostDocument(found: LostComparisons): Record<string, unknown> {
  const { report, system, lost, compared } = found;
  return {
    evaluation: report.name,
    system: { key: system, name: report.systems[system].name },
    judged: report.counts.judged,
    lost: lost.length,
    search: compared === undefined ? 'full-text' : 'embedding',
    ...(compared !== undefined && { compared }),
    comparisons: lost.map(({ item, nearest }) => ({
      ordinal: item.ordinal,
      prompt: item.prompt,
      ...('common' in nearest && { common: nearest.common }),
      nearest: nearest.samples.map((sample) => ({
        id: sample.id,
        seq: sample.seq,
        source: sample.source,
        prompt: sample.promptPreview,
        ...('words' in sample
          ? { score: sample.score, words: sample.words }
          : { similarity: sample.similarity }),
      })),
    })),
  };
}

/** The same for a person, with the way from here to the next run. */
export function lostText(found: LostComparisons, project: string): string {
  const { report, system, lost, compared } = found;
  const name = `${system.toUpperCase()} (${report.systems[system].name})`;
  const head = `${name} lost ${formatCount(lost.length)} of ${formatQuantity(report.counts.judged, 'judged comparison')} in ${report.name}.`;
  if (lost.length === 0) return head;
  return [
    head,
    compared === undefined ? nearestNote(commonWords(lost)) : meaningNote(compared),
    ...lost.flatMap(lostLines),
    '',
    testPromptCaution,
    `To the next run: edit samples in the window (lima serve ${project}), or add new ones (--out FILE writes these prompts to be answered, lima import reads them); accept them (lima review ${project} accept --id ID), freeze (lima dataset freeze ${project} NAME), train (lima train ${project} --base FILE.gguf --dataset NAME), and compare again (lima evaluate).`,
  ].join('\n');
}

const commonWords = (lost: readonly LostComparison[]) => [
  ...new Set(lost.flatMap(({ nearest }) => ('common' in nearest ? nearest.common : []))),
];

function lostLines({ item, nearest }: LostComparison): string[] {
  const asked = item.prompt.findLast(({ role }) => role === 'user')?.content ?? '';
  const head = ['', `${item.ordinal + 1}: ${previewLine(asked, 100)}`];
  const { samples } = nearest;
  if (samples.length === 0) return [...head, `   ${'common' in nearest ? noNearest : noAccepted}`];
  return [
    ...head,
    ...samples.map((sample) => {
      const { id, source, promptPreview } = sample;
      const fact =
        'words' in sample
          ? `shares: ${sample.words.slice(0, 8).join(', ')}`
          : `similarity ${sample.similarity.toFixed(2)}`;
      return `   ${id}  ${previewLine(source, 40)}  ${previewLine(promptPreview, 60)}  ${fact}`;
    }),
  ];
}

/** The prompts as samples whose answers are still to be written, one a line. */
export function lostPrompts({ lost }: LostComparisons): string {
  return lost
    .map(({ item }) => {
      const turns = item.prompt.map(({ role, content }) => ({ role, content }));
      return `${JSON.stringify({ messages: [...turns, { role: 'assistant', content: '' }] })}\n`;
    })
    .join('');
}
