import type { EvaluationReport, ReportSystem } from '../domain/report/evaluation-report.ts';
import {
  identicalAnswersAuthor,
  promptWords,
  sideOf,
  type SystemKey,
} from '../domain/evaluate/evaluation.ts';
import { displayLine } from '../text/foreign-text.ts';
import { formatCount, formatQuantity } from '../text/numbers.ts';
import { judgeSentences } from './judge-words.ts';
import type { Findings } from './report-warnings.ts';
import { originsText, samplingText } from './system-words.ts';
import { dialogueSentence } from './dialogue-outcome.ts';

const systemKeys = ['a', 'b'] as const;
const quoted = (name: string) => `“${displayLine(name)}”`;

/**
 * How the numbers of a report came about, as the paragraph of a paper: every n, hash and seed that
 * is known, and nothing that is not.
 */
export function methodsParagraph(findings: Findings, programVersion?: string): string {
  return [
    ...promptSentences(findings),
    ...systemKeys.map((key) => systemSentence(key, findings.systems[key])),
    ...samplingSentences(findings),
    ...sideSentences(findings),
    ...voteSentences(findings),
    ...judgeSentences(findings.judges),
    ...intervalSentences(findings),
    ...agreementSentences(findings),
    ...(programVersion === undefined ? [] : [`Computed by Lima Workbench ${programVersion}.`]),
  ].join(' ');
}

function promptSentences({ items, promptSet, failures, pooled, dialogues }: Findings): string[] {
  const talks = dialogueSentence(dialogues);
  const distinct = new Set(items.map(({ prompt }) => promptWords(prompt))).size;
  const repeated =
    distinct === items.length ? '' : ` in ${formatQuantity(items.length, 'comparison')}`;
  const set = `the prompt set ${quoted(promptSet.name)} (${formatQuantity(promptSet.prompts, 'prompt')}, content hash ${displayLine(promptSet.contentHash)})`;
  const failed = new Set(failures.map(({ ordinal }) => ordinal)).size;
  return [
    `Two systems answered ${formatQuantity(distinct, 'prompt')} of ${set}${repeated}.`,
    ...(talks === '' ? [] : [talks]),
    ...(failed === 0
      ? []
      : [
          `${formatQuantity(failed, 'further comparison')} ${failed === 1 ? 'was' : 'were'} left out for want of an answer.`,
        ]),
    ...(pooled === null
      ? []
      : [
          `The evaluation extends ${formatQuantity(pooled.earlier.length, 'earlier one')}, revealed before it was made.`,
        ]),
  ];
}

function systemSentence(key: SystemKey, system: ReportSystem): string {
  const who = `${key.toUpperCase()} is ${quoted(system.name)}`;
  const origins = originsText(system);
  return origins === ''
    ? `${who}; the weights behind its answers are not recorded.`
    : `${who}: ${origins}.`;
}

function samplingSentences({ systems }: Findings): string[] {
  const [a, b] = systemKeys.map((key) => samplingText(systems[key]));
  if (a === b) return a ? [`Both were sampled with ${a}.`] : [];
  return [...(a ? [`A was sampled with ${a}.`] : []), ...(b ? [`B was sampled with ${b}.`] : [])];
}

function sideSentences({ items, sideSeed }: Findings): string[] {
  if (items.length === 0) return [];
  const isOfSeed = items.every(({ ordinal, shownLeft }) => shownLeft === sideOf(sideSeed, ordinal));
  return [
    isOfSeed
      ? `Which answer stood on the left was random, in balanced blocks of six comparisons, from seed ${sideSeed}.`
      : `Which answer stood on the left is recorded with each comparison; it is not what seed ${sideSeed} gives.`,
  ];
}

const kinds = [
  { kind: 'human', noun: ['person', 'people'] },
  { kind: 'judge', noun: ['judge model', 'judge models'] },
  { kind: 'rule', noun: ['rule', 'rules'] },
] as const;

const basisWords = { human: 'people', judge: 'judge models', rule: 'rules' } as const;

function voteSentences(findings: Findings): string[] {
  const { authors, counts, basis } = findings;
  if (basis === 'none') return ['Nobody has voted.'];
  const who = kinds.flatMap(({ kind, noun: [one, many] }) => {
    const own = authors.filter(({ authorKind }) => authorKind === kind);
    if (own.length === 0) return [];
    const votes = own.reduce((sum, author) => sum + author.votes, 0);
    // People are counted; what is no person is named.
    const names =
      kind === 'human' ? '' : ` (${own.map(({ author }) => quoted(author)).join(', ')})`;
    return [`${formatQuantity(own.length, one, many)}${names}: ${formatQuantity(votes, 'vote')}`];
  });
  const several = authors.filter(({ authorKind }) => authorKind === basis).length > 1;
  const identical = identicalTies(findings);
  return [
    ...(who.length === 0 ? [] : [`Votes were given by ${who.join('; ')}.`]),
    ...(authors.some(({ authorKind }) => authorKind === 'human') ? [protocolSentence] : []),
    ...(identical === 0
      ? []
      : [
          `${formatQuantity(identical, 'comparison')} with identical answers ${identical === 1 ? 'is a tie' : 'are ties'} by rule.`,
        ]),
    `${formatCount(counts.judged)} of ${formatQuantity(counts.comparisons, 'comparison')} have a verdict, by ${basisWords[basis]}${several ? ': the one that most of them gave, and a tie where none has most' : ''}.`,
  ];
}

const protocolSentence =
  'People saw one prompt and two answers side by side without names, and said which answer is ' +
  'significantly better, or that neither is (LIMA, appendix C).';

/** Comparisons whose tie was cast by rule. */
const identicalTies = ({ items }: Findings): number =>
  items.filter(({ votes }) =>
    votes.some(
      ({ author, authorKind }) => authorKind === 'rule' && author === identicalAnswersAuthor,
    ),
  ).length;

function intervalSentences({ statistics, lengthControlled }: Findings): string[] {
  if (statistics === null) return [];
  const { confidence, winPlusHalfTie, byPrompt } = statistics;
  const mean = winPlusHalfTie.intervalMethod === 'normal' ? 'mean ± z·s/√n' : 'Tango’s score';
  const clustered = byPrompt ? ', all clustered by prompt' : '';
  const sided = byPrompt ? ', each prompt once' : '';
  return [
    `Intervals are of ${Number((100 * confidence).toFixed(2))}\u00a0%: Wilson’s for shares, ${mean} for win + ½ tie${clustered}.`,
    `Wins and losses are compared by a two-sided exact sign test${sided}, ties left out.`,
    ...lengthSentences(lengthControlled),
  ];
}

function lengthSentences(lengthControlled: EvaluationReport['lengthControlled']): string[] {
  if (lengthControlled === null || lengthControlled.value === null) return [];
  const interval =
    lengthControlled.interval === null
      ? 'without an interval, for too few prompts, wins or losses'
      : 'with an interval by a bootstrap over prompts (seed 0)';
  return [
    `The length-controlled win rate is AlpacaEval 2’s minimal variant, unregularized, of lengths in characters, ${interval}.`,
  ];
}

function agreementSentences({ agreements, krippendorff }: Findings): string[] {
  if (agreements.length === 0) return [];
  const measures = [
    'tie-discounted accuracy (LIMA, section 4)',
    ...(agreements.some(({ kappa }) => kappa !== null) ? ['Cohen’s kappa'] : []),
    ...(krippendorff === null ? [] : ['Krippendorff’s alpha of all (interval scale)']),
  ];
  const bootstrap =
    measures.length > 1
      ? '; intervals beyond chance are by a bootstrap over comparisons (seed 0)'
      : '';
  return [`Agreement of authors is told by ${measures.join(', ')}${bootstrap}.`];
}
