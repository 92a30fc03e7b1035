import type { ReportSystem } from '../../domain/evaluate/evaluation-report.ts';
import type { Identity } from '../../domain/identity.ts';
import type { StudyReport } from '../../domain/study/study-report.ts';
import { displayLine } from '../../text/foreign-text.ts';
import { formatCount, formatDuration, formatQuantity } from '../../text/numbers.ts';

type Findings = Omit<StudyReport, 'warnings' | 'methods'>;

/** How a study was done, a paragraph each: systems and prompts, judging, statistics. */
export function studyMethods(findings: Findings): string[] {
  return [systemsText(findings), judgingText(findings), statisticsText(findings)];
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
  ].join(' ');
}

function systemText({ name, identities, imported }: ReportSystem): string {
  const known = [
    ...identities.map(identityText),
    ...imported.map((one) =>
      displayLine(`answers imported from ${one.importedFrom}, SHA-256 ${one.fileSha256}`),
    ),
  ];
  return `${displayLine(name)}: ${known.join('; ') || 'nothing is recorded of it'}.`;
}

function identityText(identity: Identity): string {
  const { sampling } = identity;
  const adapter =
    identity.adapterSha256 === null
      ? 'no adapter'
      : `adapter SHA-256 ${identity.adapterSha256} at strength ${identity.strength}`;
  return displayLine(
    `base SHA-256 ${identity.baseSha256}, ${adapter}, template SHA-256 ${identity.templateSha256}, ` +
      `temperature ${sampling.temperature}, top p ${sampling.topP}, top k ${sampling.topK}, ` +
      `min p ${sampling.minP}, repetition penalty ${sampling.repeatPenalty}, at most ` +
      `${sampling.maxTokens} tokens, sampling seed ${sampling.seed}, ` +
      `${identity.parallel ?? 'an unrecorded number of'} answers side by side, ` +
      `${identity.engine} on ${identity.device}`,
  );
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
