import type { ReportSystem } from '../../domain/report/evaluation-report.ts';
import type { StudyReport } from '../../domain/study/study-report.ts';
import { displayLine } from '../../text/foreign-text.ts';
import { formatCount, formatDuration, formatQuantity } from '../../text/numbers.ts';
import { judgeSentences } from '../judge-words.ts';
import { originsText, samplingText } from '../system-words.ts';

type Findings = Omit<StudyReport, 'warnings' | 'methods'>;

/** How a study was done, a paragraph each: systems and prompts, judging, statistics. */
export function studyMethods(findings: Findings): string[] {
  const judged = judgeSentences(findings.judges).join(' ');
  return [
    systemsText(findings),
    judgingText(findings),
    ...(judged === '' ? [] : [judged]),
    statisticsText(findings),
  ];
}

function systemsText({ design, systems, promptSets, counts, failures }: Findings): string {
  const [focus, ...others] = systems;
  const designText =
    design === 'focus'
      ? `${displayLine(focus?.name ?? '')} was compared with ${formatQuantity(others.length, 'other system')}`
      : `${formatQuantity(systems.length, 'system')} were compared, each with each other one`;
  const prompts = promptSets.map(
    ({ name, asked, prompts: all, contentHash }) =>
      `${displayLine(name)} (${formatCount(asked)} of ${formatQuantity(all, 'prompt')}, SHA-256 ${displayLine(contentHash)})`,
  );
  return [
    `${designText} on ${formatQuantity(promptSets.length, 'prompt set')}: ${prompts.join('; ')}.`,
    `Each system answered each prompt once: ${formatQuantity(counts.answers, 'answer')}, ${formatCount(failures.length)} of which failed.`,
    ...systems.map(systemText),
    ...samplingTexts(systems),
  ].join(' ');
}

function systemText(system: ReportSystem): string {
  return `${displayLine(system.name)}: ${originsText(system) || 'nothing is recorded of it'}.`;
}

/** What was sampled alike is told once. */
function samplingTexts(systems: readonly ReportSystem[]): string[] {
  const bySampling = Map.groupBy(systems, samplingText);
  bySampling.delete('');
  return [...bySampling].map(([text, own]) => {
    const names = own.map(({ name }) => displayLine(name)).join(', ');
    return `${own.length === systems.length ? 'All' : names} sampled with ${text}.`;
  });
}

function judgingText(findings: Findings): string {
  const { counts, seed, overlapPercent, calibrationItems, annotators, evaluations } = findings;
  const seeds = evaluations.map(({ sideSeed }) => sideSeed);
  const people = annotators.map(
    ({ author, votes, medianMs }) =>
      `${displayLine(author)} ${formatQuantity(votes, 'vote')}` +
      (medianMs === null ? '' : `, median ${formatDuration(medianMs)} each`),
  );
  return [
    `The ${formatQuantity(counts.pairs, 'pair')} of systems made ${formatQuantity(counts.comparisons, 'comparison')} (${formatCount(counts.judged)} judged, ${formatCount(counts.open)} open, ${formatCount(counts.failed)} failed), shown blind in one queue for each annotator, in an order of its own (SHA-256 over the seed ${seed}, the annotator and the comparison).`,
    `Which answer stood left was assigned in balanced blocks of six, with the seeds ${seeds.join(', ')}.`,
    `${overlapPercent} % of the comparisons were for everybody, each other one for one annotator${calibrationItems > 0 ? `; ${formatQuantity(calibrationItems, 'comparison')} came first for calibration` : ''}.`,
    `${formatQuantity(counts.votes, 'vote')}: ${people.join('; ') || 'of nobody'}; ${formatQuantity(counts.identicalOutputs, 'comparison')} with identical answers counted as ties by rule.`,
    `Protocol: ${findings.protocol}`,
  ].join(' ');
}

function statisticsText({ statistics }: Findings): string {
  const { comparisons, ratings, annotators } = statistics;
  const sizes = comparisons.map(
    ({ a, b, n, prompts, intervalMethod }) =>
      `${displayLine(a)} against ${displayLine(b)} n = ${formatCount(n)} on ${formatQuantity(prompts, 'prompt')} (${intervalMethod === 'bootstrap' ? 'bootstrap' : 'score interval'})`,
  );
  return [
    `Verdicts on one prompt were treated as a cluster. The win rate is win + ½ tie with a 95 % interval by bootstrap over prompts, or Tango’s score interval where there are too few: ${sizes.join('; ') || 'none yet'}.`,
    `Two-sided exact sign tests, each prompt once, adjusted by Holm for ${formatQuantity(comparisons.length, 'pair')}.`,
    ...(ratings.length > 0
      ? [
          `Ratings by Bradley–Terry with ties as ½, intervals by bootstrap over prompts, ${displayLine(ratings.find(({ rating }) => rating === 1000)?.system ?? 'the first system')} fixed at 1,000.`,
        ]
      : []),
    ...(annotators.length > 0
      ? [
          `Agreement by tie-discounted accuracy (Zhou et al., 2023) and Cohen’s kappa for ${formatQuantity(annotators.length, 'pair')} of annotators.`,
        ]
      : []),
  ].join(' ');
}
