import type { Estimate } from '../domain/evaluate/estimates.ts';
import type {
  EvaluationReport,
  LengthControlled,
  PreferenceSummary,
  ReportAuthor,
  ReportItem,
  ReportSystem,
} from '../domain/report/evaluation-report.ts';
import type { SystemKey, Verdict } from '../domain/evaluate/evaluation.ts';
import {
  type AnswerIdentity,
  type Identity,
  isByEndpoint,
  isByWeights,
  isImported,
} from '../domain/identity.ts';
import {
  formatCount,
  formatQuantity,
  formatEstimate,
  formatInterval,
  formatP,
  formatPercent,
  formatTime,
} from '../text/numbers.ts';
import { displayLine } from '../text/foreign-text.ts';
import { coefficientText } from '../text/evaluate/vote-statistics.ts';
import { endpointFields } from './endpoint-origins.ts';
import { moreVotes } from './report-warnings.ts';
import { bothBadText } from './vote-reasons.ts';

/** A table as text; both writers print the same one, so their numbers cannot differ. */
export interface ReportTable {
  columns: string[];
  rows: string[][];
}

const SIGNIFICANT_P = 0.05;

/** The result in two sentences, for the top of a report. */
export function headline({ statistics, systems }: EvaluationReport): string {
  if (statistics === null) return 'No comparison has been judged yet.';
  const { n, winRate, tieRate, loseRate, signTestP } = statistics;
  const [a, b] = [displayLine(systems.a.name), displayLine(systems.b.name)];
  const rates = `A (${a}) wins ${formatPercent(winRate.value)}, ties ${formatPercent(tieRate.value)} and loses ${formatPercent(loseRate.value)} of ${formatQuantity(n, 'comparison')} with B (${b}).`;
  const p = `exact sign test p = ${formatP(signTestP)}`;
  if (signTestP >= SIGNIFICANT_P) return `${rates} The difference is not significant (${p}).`;
  const { wins, losses } = statistics.byPrompt ?? statistics;
  const better = wins > losses ? 'A' : 'B';
  return `${rates} ${better} is preferred (${p}).`;
}

/** Where the numbers come from, as label and value. */
export function originRows(report: EvaluationReport): string[][] {
  const { counts, promptSet } = report;
  return [
    ['Created', formatTime(report.createdMs)],
    [
      'Prompt set',
      `${displayLine(promptSet.name)}, ${formatQuantity(promptSet.prompts, 'prompt')}`,
    ],
    ['Prompt set hash', displayLine(promptSet.contentHash)],
    ['Comparisons', `${formatCount(counts.comparisons)}, ${formatCount(counts.judged)} judged`],
    [
      'Votes',
      `${formatCount(counts.votes)}, headline by ${basisWords[report.basis]}${bothBadText(counts.bothBad)}`,
    ],
    ['Side assignment', `seed ${report.sideSeed}, balanced blocks of six`],
  ];
}

const basisWords = { human: 'people', judge: 'a judge model', rule: 'rule only', none: 'nobody' };

/** How many answers of each system contain what is expected; null where nothing is. */
export function accuracyTable({ accuracy, systems }: EvaluationReport): ReportTable | null {
  if (accuracy === null) return null;
  const row = (key: SystemKey) => [
    `${key.toUpperCase()}: ${displayLine(systems[key].name)}`,
    `${formatCount(accuracy[key].right)} of ${formatCount(accuracy.questions)}`,
    formatPercent(accuracy[key].share.value),
    formatInterval(accuracy[key].share),
  ];
  return {
    columns: [
      'Expected words in the answer',
      'Right',
      'Share',
      `95\u00a0% interval, Wilson${clusteredNote(accuracy.prompts)}`,
    ],
    rows: [row('a'), row('b')],
  };
}

/** Win, tie, lose, the win-tie measures and the sign test, side by side. */
export function statisticsTable(
  statistics: PreferenceSummary,
  lengthControlled: EvaluationReport['lengthControlled'],
): ReportTable {
  const { wins, ties, losses, n, winPlusHalfTie } = statistics;
  const of = (count: number) => `${formatCount(count)} of ${formatCount(n)}`;
  const wilson = statistics.byPrompt ? 'Wilson, clustered by prompt' : 'Wilson';
  return {
    columns: ['Measure, for A', 'Value', `${confidencePercent(statistics)} interval`, 'Note'],
    rows: [
      shareRow('Win', statistics.winRate, `${of(wins)}; ${wilson}`),
      shareRow('Tie', statistics.tieRate, `${of(ties)}; ${wilson}`),
      shareRow('Lose', statistics.loseRate, `${of(losses)}; ${wilson}`),
      shareRow('Win + ½ tie', winPlusHalfTie, halfTieNote(statistics)),
      ...(lengthControlled === null ? [] : [lengthControlledRow(lengthControlled)]),
      shareRow('Win + tie', statistics.winPlusTie, `${wilson}; flatters the weaker system`),
      ['Sign test', `p = ${formatP(statistics.signTestP)}`, '–', signTestNote(statistics)],
      ['Winning score', statistics.winningScore.toFixed(2), '–', '(win − lose)/n + 1; 1 is parity'],
      ['Comparisons to separate', votesToSeparate(statistics), '–', moreVotes(statistics)],
    ],
  };
}

function shareRow(label: string, estimate: Estimate, note: string): string[] {
  return [label, formatPercent(estimate.value), formatInterval(estimate), note];
}

function lengthControlledRow({ value, interval }: LengthControlled): string[] {
  if (value === null) return ['Length-controlled', 'unknown', '–', 'lengths alone tell who won'];
  return [
    'Length-controlled',
    formatPercent(value),
    interval === null ? '–' : formatInterval({ value, lower: interval[0], upper: interval[1] }),
    `win + ½ tie between answers of one length, AlpacaEval 2 minimal; ${interval === null ? 'too few prompts, wins or losses for an interval' : 'bootstrap over prompts'}`,
  ];
}

function confidencePercent({ confidence }: PreferenceSummary): string {
  return `${Number((confidence * 100).toFixed(2))}\u00a0%`;
}

function halfTieNote({ winPlusHalfTie, byPrompt }: PreferenceSummary): string {
  const { standardError, intervalMethod } = winPlusHalfTie;
  const method = intervalMethod === 'normal' ? 'mean ± z·s/√n' : 'Tango score, for few votes';
  const clustered = byPrompt ? `${method}, clustered by prompt` : method;
  if (standardError === null) return clustered;
  return `${clustered}; standard error ${(standardError * 100).toFixed(1)} points`;
}

function signTestNote({ wins, losses, byPrompt }: PreferenceSummary): string {
  const once = byPrompt ? `each of ${formatQuantity(byPrompt.prompts, 'prompt')} once, ` : '';
  const counted = byPrompt ?? { wins, losses };
  return `two-sided, exact; ${once}${formatCount(counted.wins)} against ${formatCount(counted.losses)}, ties left out`;
}

function votesToSeparate({ moreVotesToSeparate }: PreferenceSummary): string {
  if (moreVotesToSeparate === null) return 'unknown';
  return moreVotesToSeparate > 1_000_000 ? '> 1 million' : formatCount(moreVotesToSeparate);
}

/** What produced the answers, one column per configuration of a system. */
export function systemsTable({ systems }: EvaluationReport): ReportTable {
  const contestants = [...configurations('A', systems.a), ...configurations('B', systems.b)];
  const isAnyImported = contestants.some(({ identity }) => identity && isImported(identity));
  const isAnyEndpoint = contestants.some(({ identity }) => identity && isByEndpoint(identity));
  const columns = contestants.map(({ identity }) => [
    ...identityFields(identity && isByWeights(identity) ? identity : undefined),
    ...(isAnyImported ? originFields(identity) : []),
    ...(isAnyEndpoint
      ? endpointFields(identity && isByEndpoint(identity) ? identity : undefined)
      : []),
  ]);
  return {
    columns: ['', ...contestants.map(({ title }) => title)],
    rows: (columns[0] ?? []).map(([label], field) => [
      label,
      ...columns.map((values) => values[field]?.[1] ?? ''),
    ]),
  };
}

const lineOrNone = (value: string | undefined) => displayLine(value ?? '–');

/** Where imported answers came from; an answer that was given here came from no file. */
function originFields(identity: AnswerIdentity | undefined): [label: string, value: string][] {
  const origin = identity && isImported(identity) ? identity : undefined;
  return [
    ['Imported from', lineOrNone(origin?.importedFrom)],
    ['SHA-256 of that file', lineOrNone(origin?.fileSha256)],
    ['Generator, as the file says', lineOrNone(origin && (origin.generator ?? 'not named'))],
    ['Imported', lineOrNone(origin && formatTime(origin.importedMs))],
  ];
}

interface Configuration {
  title: string;
  identity: AnswerIdentity | undefined;
}

function configurations(key: string, system: ReportSystem): Configuration[] {
  const title = `${key}: ${displayLine(system.name)}`;
  const identities = [...system.identities, ...system.imported, ...system.endpoints];
  if (identities.length === 0) return [{ title, identity: undefined }];
  return identities.map((identity, index) => ({
    title: index === 0 ? title : `${title} (${index + 1})`,
    identity,
  }));
}

function identityFields(identity: Identity | undefined): [label: string, value: string][] {
  const show = (read: (known: Identity) => string | number | null) =>
    identity === undefined ? 'not recorded' : displayLine(String(read(identity) ?? 'none'));
  return [
    ['Base model', show((known) => known.baseName)],
    ['Base SHA-256', show((known) => known.baseSha256)],
    ['Adapter', show((known) => known.adapterName)],
    ['Adapter SHA-256', show((known) => known.adapterSha256)],
    ['Adapter strength', show((known) => (known.adapterSha256 === null ? null : known.strength))],
    ['Chat template SHA-256', show((known) => known.templateSha256)],
    ['Few-shot prefix SHA-256', show((known) => known.fewShotSha256 ?? null)],
    ['Temperature', show((known) => known.sampling.temperature)],
    ['Top p, top k, min p', show(({ sampling: s }) => `${s.topP}, ${s.topK}, ${s.minP}`)],
    ['Repetition penalty', show((known) => known.sampling.repeatPenalty)],
    ['Longest answer, tokens', show((known) => known.sampling.maxTokens)],
    ['Seed of the first answer', show((known) => known.sampling.seed)],
    ['Seed of each answer', show(seedRule)],
    ['Answers side by side', show((known) => known.parallel ?? 'not recorded')],
    ['Engine', show((known) => known.engine)],
    ['Device', show((known) => known.device)],
  ];
}

/** What the seed of an answer was made of, beside that of its system. */
const seedRule = ({ repetition }: Identity): string =>
  repetition === undefined ? 'by the place of its prompt' : 'by the words of its prompt';

/** An extension beside what it extends, and all together; null of an evaluation that extends none. */
export function pooledTable({ pooled, statistics, name }: EvaluationReport): ReportTable | null {
  if (pooled === null || statistics === null) return null;
  return {
    columns: ['Evaluation', 'Win / tie / lose', 'Win + ½ tie', 'Sign test p'],
    rows: [
      ...pooled.earlier.map((one) => pooledRow(one.name, one.statistics)),
      pooledRow(`${name} (this one)`, statistics),
      pooledRow('All together, after a look at the first', pooled.statistics),
    ],
  };
}

function pooledRow(label: string, own: PreferenceSummary): string[] {
  return [
    displayLine(label),
    `${own.wins} / ${own.ties} / ${own.losses}`,
    formatEstimate(own.winPlusHalfTie),
    formatP(own.signTestP),
  ];
}

/** Every author's own result. */
export function authorsTable(authors: readonly ReportAuthor[]): ReportTable {
  return {
    columns: ['Author', 'Kind', 'Votes', 'Win / tie / lose', 'Win + ½ tie', 'Sign test p'],
    rows: authors.map(({ author, authorKind, votes, statistics: own }) => [
      displayLine(author),
      authorKind,
      formatCount(votes),
      own === null ? '–' : `${own.wins} / ${own.ties} / ${own.losses}`,
      own === null ? '–' : formatEstimate(own.winPlusHalfTie),
      own === null ? '–' : formatP(own.signTestP),
    ]),
  };
}

/** How far every pair of authors with items in common agrees, and all of them together. */
export function agreementTable({ agreements, krippendorff }: EvaluationReport): ReportTable {
  return {
    columns: ['Authors', 'Items in common', 'Tie-discounted accuracy', 'Beyond chance'],
    rows: [
      ...agreements.map(({ first, second, items, prompts, tieDiscounted, kappa }) => [
        `${displayLine(first)} and ${displayLine(second)}`,
        `${formatCount(items)}${clusteredNote(prompts)}`,
        formatEstimate(tieDiscounted),
        kappa === null ? '–' : `Cohen’s kappa ${coefficientText(kappa)}`,
      ]),
      ...(krippendorff === null
        ? []
        : [
            [
              'All',
              formatCount(krippendorff.units),
              '–',
              `Krippendorff’s alpha ${coefficientText(krippendorff)}`,
            ],
          ]),
    ],
  };
}

/** By how many prompts an interval is clustered; empty where each stands for itself. */
const clusteredNote = (prompts: number | undefined): string =>
  prompts === undefined ? '' : `, clustered by ${formatQuantity(prompts, 'prompt')}`;

/** The checks on the judging itself, as label and value. */
export function biasRows({ positionBias: side, lengthBias: length }: EvaluationReport): string[][] {
  return [
    [
      'Left answer preferred',
      side === null
        ? 'no decided vote'
        : `${formatEstimate(side.leftShare)}, ${formatCount(side.left)} left and ${formatCount(side.right)} right (p = ${formatP(side.signTestP)})${clusteredNote(side.byPrompt?.prompts)}; one half is expected`,
    ],
    [
      'Longer answer preferred',
      length === null
        ? 'no decided comparison of answers that differ in length'
        : `${formatEstimate(length.longerShare)}, ${formatCount(length.longer)} longer and ${formatCount(length.shorter)} shorter${clusteredNote(length.prompts)}`,
    ],
  ];
}

/** A verdict in words. */
export function verdictWords(verdict: Verdict | null): string {
  if (verdict === null) return 'open';
  return verdict === 'tie' ? 'neither' : `${verdict.toUpperCase()} better`;
}

/** The votes on one comparison. */
export function votesTable({ votes }: ReportItem): ReportTable {
  const isAnyReasoned = votes.some(({ reason, tags }) => reason !== '' || tags.length > 0);
  return {
    columns: [
      'Author',
      'Kind',
      'Verdict',
      'As shown',
      'Time',
      ...(isAnyReasoned ? ['Tags', 'Reason'] : []),
    ],
    rows: votes.map(({ author, authorKind, verdict, shown, atMs, tags, reason, preference }) => [
      displayLine(author),
      authorKind,
      saidVerdict(shown === 'both-bad' ? 'both bad' : verdictWords(verdict), preference),
      shown ?? (authorKind === 'judge' ? 'both orders' : 'not shown'),
      formatTime(atMs),
      ...(isAnyReasoned ? [displayLine(tags.join(', ')), displayLine(reason)] : []),
    ]),
  };
}

const saidVerdict = (words: string, preference: number | undefined): string =>
  preference === undefined ? words : `${words}, preference for A ${formatPercent(preference)}`;
