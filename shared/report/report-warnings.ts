import type {
  EvaluationReport,
  LengthControlled,
  PreferenceSummary,
  ReportItem,
  ReportSystem,
  ReportVote,
} from '../domain/report/evaluation-report.ts';
import { identicalAnswersAuthor, repeatedPrompts } from '../domain/evaluate/evaluation.ts';
import type { ImportedIdentity } from '../domain/identity.ts';
import { splitThinking, thoughtNote, withoutThinking } from '../template/thinking.ts';
import { displayLine } from '../text/foreign-text.ts';
import {
  formatCount,
  formatQuantity,
  formatEstimate,
  formatP,
  formatPercent,
} from '../text/numbers.ts';
import { ownResultsSentences } from './vote-reasons.ts';
import { judgeWarnings } from './judge-words.ts';
import { lengthControlledText } from '../text/evaluate/vote-statistics.ts';
import { endpointWarnings } from './endpoint-origins.ts';

/** Fewer judged comparisons than this (the paper's agreement study used 50) are few. */
export const FEW_JUDGED = 50;
const SIGNIFICANT_P = 0.05;

/** A report without what is said of it. */
export type Findings = Omit<EvaluationReport, 'warnings' | 'methods'>;

/** What a reader must know before quoting the numbers, as sentences; empty when all is well. */
export function reportWarnings(findings: Findings): string[] {
  const { statistics } = findings;
  const warnings = statistics === null ? ['Nobody has judged anything yet.'] : [];
  if (statistics !== null) warnings.push(...statisticsWarnings(statistics, findings.counts.open));
  return [
    ...warnings,
    ...authorWarnings(findings),
    ...judgeWarnings(findings.judges),
    ...extensionWarnings(findings),
    ...biasWarnings(findings),
    ...failureWarnings(findings),
    ...repeatWarnings(findings.items),
    ...(['a', 'b'] as const).flatMap((key) =>
      answerWarnings(
        key.toUpperCase(),
        findings.items.map((item) => item[key]),
      ),
    ),
    ...systemWarnings(findings),
  ];
}

function statisticsWarnings(statistics: PreferenceSummary, open: number): string[] {
  const warnings: string[] = [];
  const { n, signTestP, winPlusTie, winPlusHalfTie } = statistics;
  if (n < FEW_JUDGED)
    warnings.push(`Few votes: ${formatQuantity(n, 'comparison')} judged, so intervals are wide.`);
  if (open > 0)
    warnings.push(
      `${formatQuantity(open, 'comparison')} of ${formatCount(n + open)} without a verdict left out.`,
    );
  if (signTestP >= SIGNIFICANT_P)
    warnings.push(`Not significant: sign test p = ${formatP(signTestP)}. ${moreVotes(statistics)}`);
  if (winPlusTie.value > 0.5 && winPlusHalfTie.value < 0.5)
    warnings.push(
      'A is "equal or preferred" in most comparisons only because ties count for it: B wins more often.',
    );
  return warnings;
}

/** How many more comparisons might settle it, as a sentence: voting on these is closed. */
export function moreVotes({ moreVotesToSeparate }: PreferenceSummary): string {
  if (moreVotesToSeparate === null)
    return 'Neither system leads, so no number of comparisons is known to separate them.';
  if (moreVotesToSeparate === 0)
    return 'The systems are separated; no more comparisons are needed.';
  if (moreVotesToSeparate > 1_000_000)
    return 'More than a million more comparisons would be needed to separate the systems at these rates.';
  const needed = formatQuantity(moreVotesToSeparate, 'more comparison');
  return `About ${needed} would separate the systems, if these rates are the true ones.`;
}

/** Says that no person stands behind a result. */
export function basisWarnings(basis: EvaluationReport['basis']): string[] {
  if (basis === 'judge') return ['All verdicts are by a judge model; no person has voted.'];
  return basis === 'rule' ? ['All verdicts are by rule; no person has voted.'] : [];
}

/** Of comparisons that a rule has tied. */
export const identicalWarnings = (tied: number): string[] =>
  tied === 0
    ? []
    : [
        `${formatQuantity(tied, 'comparison')} with identical answers; by rule these are ties without a vote.`,
      ];

const isTieByRule = ({ author, authorKind }: ReportVote): boolean =>
  authorKind === 'rule' && author === identicalAnswersAuthor;

function authorWarnings({ authors, basis, counts, items, sawOwnResults }: Findings): string[] {
  const warnings = ownResultsSentences(sawOwnResults);
  const counting = authors.filter((author) => author.authorKind === basis);
  if (counting.length > 1)
    warnings.push(
      `${counting.length} authors: a comparison counts once, with the verdict most of them gave, and as a tie when none has most.`,
    );
  warnings.push(...basisWarnings(basis));
  if (basis === 'human' && authors.some((author) => author.authorKind === 'judge'))
    warnings.push('The headline counts people only; the judge model is listed under authors.');
  const tied = items.filter(({ votes }) => votes.some(isTieByRule)).length;
  warnings.push(...identicalWarnings(tied));
  const untied = counts.identicalOutputs - tied;
  if (untied > 0)
    warnings.push(
      `${formatQuantity(untied, 'comparison')} with answers that differ in their thinking alone, from before the rule left that out: what was voted counts, and no rule ties them.`,
    );
  return warnings;
}

/** What an extension is worth: who goes on until a result is significant will find one. */
function extensionWarnings({ pooled }: Findings): string[] {
  if (pooled === null) return [];
  const looks = pooled.earlier.length + 1;
  const last = pooled.earlier.at(-1);
  const seen = last ? ` (p = ${formatP(last.statistics.signTestP)})` : '';
  return [
    `Extended after a result was seen${seen}: whoever goes on until a result is significant will find one (optional stopping). Quote these comparisons by themselves; all together are significant only below p = ${formatP(SIGNIFICANT_P / looks)}, which is 0.05 for ${looks} looks (Bonferroni).`,
  ];
}

function biasWarnings(findings: Findings): string[] {
  const { positionBias, lengthBias, statistics, lengthControlled } = findings;
  const warnings = positionWarnings(positionBias);
  if (lengthBias !== null && lengthBias.longerShare.lower > 0.5)
    warnings.push(
      `The longer answer won ${formatEstimate(lengthBias.longerShare)} of decided comparisons: length alone may explain part of the result.`,
    );
  if (statistics === null || lengthControlled === null) return warnings;
  const rates = { ...lengthControlled, raw: statistics.winPlusHalfTie.value };
  return [...warnings, ...lengthControlWarnings('A', rates)];
}

/** Of votes that lean to one side of the screen. */
export const positionWarnings = (bias: EvaluationReport['positionBias']): string[] =>
  bias === null || bias.signTestP >= SIGNIFICANT_P
    ? []
    : [
        `Position bias: the left answer won ${formatEstimate(bias.leftShare)} of decided votes (p = ${formatP(bias.signTestP)}).`,
      ];

/** A win rate that changes by more than this when lengths are alike tells another story. */
const OTHER_STORY = 0.1;

/** What the length-controlled rate of `system` says otherwise than its raw one, win + ½ tie. */
export function lengthControlWarnings(
  system: string,
  { value, interval, raw }: LengthControlled & { raw: number },
): string[] {
  if (value === null)
    return [
      'The lengths of the answers alone tell who won, so that nothing can be said of answers of one length.',
    ];
  if (Math.abs(value - raw) <= OTHER_STORY) return [];
  const rate = lengthControlledText({
    lengthControlledWinRate: value,
    lengthControlledInterval: interval,
  });
  return [
    `Between answers of one length ${system} would win ${rate} instead of ${formatPercent(raw)} (win + ½ tie): the result is for a good part one of length. Quote both.`,
  ];
}

/** Comparisons of one prompt are not independent. */
export function repeatWarnings(items: readonly Pick<ReportItem, 'prompt'>[]): string[] {
  const repeated = repeatedPrompts(items.map(({ prompt }) => prompt));
  if (repeated === 0) return [];
  return [
    `Prompts that were asked before: ${formatCount(repeated)} of ${formatQuantity(items.length, 'comparison')}. They are not independent, so intervals are clustered by prompt, and the sign test takes each prompt once.`,
  ];
}

/** Each reason is told once: a template that refuses one prompt may refuse a hundred. */
function failureWarnings({ failures }: Findings): string[] {
  const reasons = Map.groupBy(
    failures,
    ({ system, reason }) => `${system.toUpperCase()}: ${reason}`,
  );
  return [...reasons].map(([reason, { length }]) => {
    const pairs = formatQuantity(length, 'comparison');
    return `${pairs} left out for want of an answer of ${reason}`;
  });
}

/** What a reader must know of the answers of `system`. */
export function answerWarnings(system: string, answers: readonly ReportItem['a'][]): string[] {
  const cut = answers.filter(({ finish }) => finish === 'length').length;
  const empty = answers.filter(({ output }) => withoutThinking(output).trim() === '').length;
  const thoughts = answers.map(({ output }) => thoughtNote(splitThinking(output)));
  const thinking = thoughts.filter((note) => note !== '').length;
  return [
    ...(cut > 0 ? [`${formatQuantity(cut, 'answer')} of ${system} cut at the token limit.`] : []),
    ...(empty > 0 ? [`${formatQuantity(empty, 'empty answer')} of ${system}.`] : []),
    ...(thinking > 0
      ? [
          `${formatQuantity(thinking, 'answer')} of ${system} with thinking, which voters did not see and no length or expected answer looks at.`,
        ]
      : []),
  ];
}

function systemWarnings({ systems }: Findings): string[] {
  const warnings = (['a', 'b'] as const).flatMap((key) =>
    recordWarnings(`System ${key.toUpperCase()}`, systems[key]),
  );
  const [a, b] = [systems.a.identities[0], systems.b.identities[0]];
  if (a === undefined || b === undefined) return warnings;
  const sampling = [a, b].map((identity) => JSON.stringify({ ...identity.sampling, seed: 0 }));
  if (sampling[0] !== sampling[1]) warnings.push('A and B used different sampling settings.');
  const weights = [a, b].map(({ baseSha256, adapterSha256, strength }) =>
    JSON.stringify([baseSha256, adapterSha256, adapterSha256 === null ? 0 : strength]),
  );
  if (weights[0] === weights[1]) warnings.push('A and B are the same weights.');
  return warnings;
}

/** What is known of who gave the answers of `system`, as far as a reader must know it. */
export function recordWarnings(
  system: string,
  { identities, imported, endpoints }: ReportSystem,
): string[] {
  const others = identities.flatMap(({ adapterBaseSha256 }) => adapterBaseSha256 ?? []);
  if (others.length > 0)
    return [`${system}: its adapter was trained on another base model (${others[0]}).`];
  if (identities.length > 0)
    return identities.length > 1
      ? [`${system} answered in ${identities.length} different configurations.`]
      : [];
  const elsewhere = [...importedWarnings(system, imported), ...endpointWarnings(system, endpoints)];
  return elsewhere.length > 0
    ? elsewhere
    : [`${system}: the weights behind its answers are not recorded.`];
}

/** What is said of answers from files, once for all of them: it is what the files say. */
function importedWarnings(system: string, imported: readonly ImportedIdentity[]): string[] {
  if (imported.length === 0) return [];
  const files = [...new Set(imported.map(({ importedFrom }) => importedFrom))];
  const said = [...new Set(imported.flatMap(({ generator }) => generator ?? []))];
  const by = said.length > 0 ? `, which ${files.length > 1 ? 'name' : 'names'} ${named(said)}` : '';
  return [
    `${system}: its answers were imported from ${named(files)}${by}; what gave them, and how, nobody here can check.`,
  ];
}

const mostNamed = 3;

function named(names: readonly string[]): string {
  const shown = names.slice(0, mostNamed).map((name) => `“${displayLine(name)}”`);
  return shown.join(', ') + (names.length > shown.length ? ' and more' : '');
}
