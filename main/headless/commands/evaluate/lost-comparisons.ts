import type { NearestSamples } from '../../../../shared/contract/curate.ts';
import {
  evaluationReportSchema,
  type EvaluationReport,
  type ReportItem,
} from '../../../../shared/domain/report/evaluation-report.ts';
import type { SystemKey } from '../../../../shared/domain/evaluate/evaluation.ts';
import {
  lostBy,
  nearestNote,
  noNearest,
  testPromptCaution,
  tunedSystem,
} from '../../../../shared/report/lost-comparisons.ts';
import { previewLine } from '../../../../shared/text/foreign-text.ts';
import { formatCount, formatQuantity } from '../../../../shared/text/numbers.ts';
import type { CoreClient } from '../../cli/open-core.ts';

/** A lost comparison with what lies near its prompt. */
interface LostComparison {
  item: ReportItem;
  nearest: NearestSamples;
}

/** What one system lost in an evaluation. */
export interface LostComparisons {
  report: EvaluationReport;
  system: SystemKey;
  lost: LostComparison[];
}

/**
 * The comparisons that a system lost, each with the accepted samples nearest to its prompt; of the
 * tuned system unless one is named. Refused while the evaluation is blind.
 */
export async function lostComparisons(
  client: Pick<CoreClient, 'evaluations' | 'samples'>,
  id: string,
  named?: SystemKey,
): Promise<LostComparisons> {
  const { text } = await client.evaluations.report({ id, format: 'json' });
  const report = evaluationReportSchema.parse(JSON.parse(text));
  const system = named ?? tunedSystem(report);
  const lost: LostComparison[] = [];
  for (const item of lostBy(report, system))
    lost.push({ item, nearest: await client.samples.nearest({ messages: item.prompt }) });
  return { report, system, lost };
}

/** The same for programs. */
export function lostDocument({ report, system, lost }: LostComparisons): Record<string, unknown> {
  return {
    evaluation: report.name,
    system: { key: system, name: report.systems[system].name },
    judged: report.counts.judged,
    lost: lost.length,
    search: 'full-text',
    comparisons: lost.map(({ item, nearest: { samples, common } }) => ({
      ordinal: item.ordinal,
      prompt: item.prompt,
      common,
      nearest: samples.map(({ id, seq, source, score, words, promptPreview }) => ({
        id,
        seq,
        source,
        prompt: promptPreview,
        score,
        words,
      })),
    })),
  };
}

/** The same for a person, with the way from here to the next run. */
export function lostText({ report, system, lost }: LostComparisons, project: string): string {
  const name = `${system.toUpperCase()} (${report.systems[system].name})`;
  const head = `${name} lost ${formatCount(lost.length)} of ${formatQuantity(report.counts.judged, 'judged comparison')} in ${report.name}.`;
  if (lost.length === 0) return head;
  return [
    head,
    nearestNote([...new Set(lost.flatMap(({ nearest }) => nearest.common))]),
    ...lost.flatMap(lostLines),
    '',
    testPromptCaution,
    `To the next run: edit samples in the window (lima serve ${project}), or add new ones (--out FILE writes these prompts to be answered, lima import reads them); accept them (lima review ${project} accept --id ID), freeze (lima dataset freeze ${project} NAME), train (lima train ${project} --base FILE.gguf --dataset NAME), and compare again (lima evaluate).`,
  ].join('\n');
}

function lostLines({ item, nearest: { samples } }: LostComparison): string[] {
  const asked = item.prompt.findLast(({ role }) => role === 'user')?.content ?? '';
  const head = ['', `${item.ordinal + 1}: ${previewLine(asked, 100)}`];
  if (samples.length === 0) return [...head, `   ${noNearest}`];
  return [
    ...head,
    ...samples.map(
      ({ id, source, promptPreview, words }) =>
        `   ${id}  ${previewLine(source, 40)}  ${previewLine(promptPreview, 60)}  shares: ${words.slice(0, 8).join(', ')}`,
    ),
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
