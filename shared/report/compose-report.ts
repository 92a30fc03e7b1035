import {
  type EvaluationReport,
  evaluationReportSchema,
  type ReportAccuracy,
  type ReportAuthor,
  type ReportBasis,
  type ReportItem,
  type ReportSystem,
  type ReportVote,
} from '../domain/report/evaluation-report.ts';
import {
  type AuthorKind,
  protocolOf,
  identicalAnswersAuthor,
  promptWords,
  type SystemKey,
  type Verdict,
} from '../domain/evaluate/evaluation.ts';
import type { AnswerIdentity } from '../domain/identity.ts';
import { containsExpected } from '../stats/expected-answer.ts';
import { sameAnswer, withoutThinking } from '../template/thinking.ts';
import {
  lengthBias,
  positionBias,
  type LengthJudgement,
  type ShownVote,
} from '../stats/judging-checks.ts';
import { codePoints } from '../stats/pair-verdict.ts';
import { agreementOf, lengthControlledOf } from '../stats/verdict-statistics.ts';
import { clusteredShare, clusteredSummary, type JudgedPrompt } from '../stats/clustered-summary.ts';
import { dialogueOutcome } from './dialogue-outcome.ts';
import {
  commonSeed,
  disagreements,
  unhashedNote,
  type CheckedEvaluation,
} from './disagreements.ts';
import { methodsParagraph } from './methods-paragraph.ts';
import { countBothBad } from './vote-reasons.ts';
import { reportSystem } from './report-system.ts';
import { reportWarnings } from './report-warnings.ts';

/** What the project file knows of an evaluation; everything else in a report is computed. */
export interface ReportFacts {
  name: string;
  createdMs: number;
  promptSet: EvaluationReport['promptSet'];
  /** `identities`: those of every answer, in order; duplicates are fine. */
  systems: Record<SystemKey, { name: string; identities: readonly AnswerIdentity[] }>;
  sideSeed: number;
  /** Whether voters could say that both answers are bad. */
  hasBothBad?: boolean;
  sawOwnResults?: EvaluationReport['sawOwnResults'];
  /** Every vote ever given: of one author on one item only the newest counts and is reported. */
  items: Omit<ReportItem, 'verdict'>[];
  /** Of comparisons that are no items: who could not answer, and why. */
  failures?: EvaluationReport['failures'];
  /** Of evaluations that this one extends, oldest first: verdicts on prompts that it does not ask. */
  earlier?: { name: string; judged: readonly JudgedPrompt[] }[];
  /** Judges with all that they said. */
  judges?: EvaluationReport['judges'];
  /** What can be compared with something else that is stored. */
  checked?: CheckedEvaluation;
  /** Of the program that computes the report. */
  programVersion?: string;
}

/**
 * Computes the whole report. The headline rests on the people who voted; only without any
 * person on the judges. Verdicts by rule (identical answers) are ties for everybody.
 */
export function composeReport(facts: ReportFacts): EvaluationReport {
  const standing = facts.items.map((item) => ({ ...item, votes: standingVotes(item.votes) }));
  const basis = basisOf(standing.flatMap((item) => item.votes));
  const items = standing.map((item) => ({ ...item, verdict: itemVerdict(item.votes, basis) }));
  const votes = items.flatMap((item) => item.votes);
  const judged = items.flatMap(judgedPrompt);
  const findings = {
    format: 'lima-evaluation-report' as const,
    formatVersion: 1 as const,
    name: facts.name,
    createdMs: facts.createdMs,
    promptSet: facts.promptSet,
    systems: { a: systemOf(facts, 'a'), b: systemOf(facts, 'b') },
    sideSeed: facts.sideSeed,
    protocol: protocolOf(facts.hasBothBad ?? false),
    counts: {
      comparisons: items.length,
      judged: judged.length,
      open: items.length - judged.length,
      identicalOutputs: items.filter(({ a, b }) => sameAnswer(a.output, b.output)).length,
      votes: votes.filter(isByAuthor).length,
      bothBad: countBothBad([{ items }]),
    },
    sawOwnResults: facts.sawOwnResults ?? [],
    failures: facts.failures ?? [],
    basis,
    statistics: clusteredSummary(judged),
    judges: facts.judges ?? [],
    lengthControlled: lengthControlled(items),
    accuracy: accuracyOf(items),
    dialogues: dialogueOutcome(items),
    authors: authorsOf(items),
    ...agreementsOf(items),
    positionBias: positionBias(shownByPeople(items, basis)),
    lengthBias: lengthBias(items.flatMap(lengthJudgement)),
    items,
    pooled: pooledOf(facts.earlier ?? [], judged),
    disagreements: facts.checked ? disagreements(facts.checked) : [],
  };
  return evaluationReportSchema.parse({
    ...findings,
    methods: methodsParagraph(findings, facts.programVersion),
    warnings: [...reportWarnings(findings), ...(facts.checked ? unhashedNote(facts.checked) : [])],
  });
}

function systemOf({ systems, checked }: ReportFacts, key: SystemKey): ReportSystem {
  const { name, identities } = systems[key];
  return reportSystem(name, identities, checked ? commonSeed(checked, key) : null);
}

/** How many answers of each system contain what is expected; null where nothing is. */
function accuracyOf(items: readonly ReportItem[]): ReportAccuracy | null {
  const asked = items.flatMap(({ expected, ...item }) =>
    expected === null ? [] : [{ ...item, expected }],
  );
  if (asked.length === 0) return null;
  const of = (key: SystemKey) => {
    const isRight = asked.map((item) => ({
      prompt: promptWords(item.prompt),
      // What is expected of a dialogue is expected of its last answer.
      score: containsExpected(item[key].turns.at(-1)?.output ?? item[key].output, item.expected)
        ? 1
        : 0,
    }));
    const clusters = [...Map.groupBy(isRight, ({ prompt }) => prompt).values()];
    const share = clusteredShare(clusters.map((one) => one.map(({ score }) => score)));
    return { right: isRight.filter(({ score }) => score === 1).length, share };
  };
  const prompts = new Set(asked.map(({ prompt }) => promptWords(prompt))).size;
  const clustered = prompts < asked.length ? { prompts } : {};
  return { questions: asked.length, ...clustered, a: of('a'), b: of('b') };
}

/** The verdicts that count, of items with every vote ever given; open ones are left out. */
export function judgedOf(items: ReportFacts['items']): JudgedPrompt[] {
  const standing = items.map(({ votes }) => standingVotes(votes));
  const basis = basisOf(standing.flat());
  return items.flatMap(({ prompt }, index) =>
    judgedPrompt({ prompt, verdict: itemVerdict(standing[index] ?? [], basis) }),
  );
}

const judgedPrompt = ({ verdict, prompt }: Pick<ReportItem, 'verdict' | 'prompt'>) =>
  verdict === null ? [] : [{ verdict, prompt: promptWords(prompt) }];

/** All verdicts together; null where nothing was judged before, or nothing since. */
function pooledOf(
  earlier: NonNullable<ReportFacts['earlier']>,
  judged: readonly JudgedPrompt[],
): EvaluationReport['pooled'] {
  const before = earlier.flatMap((one) => {
    const statistics = clusteredSummary(one.judged);
    return statistics ? [{ name: one.name, statistics }] : [];
  });
  const statistics = clusteredSummary([...earlier.flatMap((one) => one.judged), ...judged]);
  if (before.length === 0 || judged.length === 0 || !statistics) return null;
  return { earlier: before, statistics };
}

/** The newest vote of every author, oldest author first. */
function standingVotes(votes: readonly ReportVote[]): ReportVote[] {
  const newest = new Map<string, ReportVote>();
  for (const vote of votes) {
    const key = authorKey(vote);
    const known = newest.get(key);
    if (known === undefined || vote.atMs >= known.atMs) newest.set(key, vote);
  }
  return [...newest.values()];
}

function authorKey({ author, authorKind }: { author: string; authorKind: AuthorKind }): string {
  return `${authorKind}:${author}`;
}

function basisOf(votes: readonly ReportVote[]): ReportBasis {
  for (const kind of ['human', 'judge', 'rule'] as const)
    if (votes.some((vote) => vote.authorKind === kind)) return kind;
  return 'none';
}

/** The verdict most of the counting authors gave; a tie when no verdict has most votes. */
function itemVerdict(votes: readonly ReportVote[], basis: ReportBasis): Verdict | null {
  const counting = votes.filter((vote) => vote.authorKind === basis);
  const deciding =
    counting.length > 0 ? counting : votes.filter((vote) => vote.authorKind === 'rule');
  return majorityVerdict(deciding.map(({ verdict }) => verdict));
}

/** What most of these verdicts say; a tie where none has most, null where there is none. */
export function majorityVerdict(verdicts: readonly Verdict[]): Verdict | null {
  if (verdicts.length === 0) return null;
  const tally = { a: 0, b: 0, tie: 0 };
  for (const verdict of verdicts) tally[verdict] += 1;
  if (tally.a > Math.max(tally.b, tally.tie)) return 'a';
  if (tally.b > Math.max(tally.a, tally.tie)) return 'b';
  return 'tie';
}

/** Sides as the counting authors saw them; a rule sees none. */
function shownByPeople(items: readonly ReportItem[], basis: ReportBasis): ShownVote[] {
  return items.flatMap(({ prompt, votes }) =>
    votes.flatMap(({ shown, authorKind }) =>
      authorKind === basis && shown !== null ? { shown, prompt: promptWords(prompt) } : [],
    ),
  );
}

function lengthJudgement(item: ReportItem): LengthJudgement[] {
  const lengthOf = (key: SystemKey) => withoutThinking(item[key].output).length;
  const lengths = { charactersA: lengthOf('a'), charactersB: lengthOf('b') };
  return judgedPrompt(item).map((judged) => ({ ...judged, ...lengths }));
}

/** False of the ties on identical answers, which count for everybody and are nobody's. */
function isByAuthor({ author, authorKind }: { author: string; authorKind: AuthorKind }): boolean {
  return authorKind !== 'rule' || author !== identicalAnswersAuthor;
}

/** Every author's own result: their verdicts and the ties by rule. */
function authorsOf(items: readonly ReportItem[]): ReportAuthor[] {
  const authors = new Map<string, { author: string; authorKind: AuthorKind }>();
  for (const vote of items.flatMap((item) => item.votes).filter(isByAuthor))
    authors.set(authorKey(vote), vote);
  return [...authors.entries()].map(([key, { author, authorKind }]) => {
    const own = verdictsBy(items, key);
    const counted = items.flatMap((item, index) =>
      judgedPrompt({ ...item, verdict: own[index] ?? (isRuled(item) ? 'tie' : null) }),
    );
    const statistics = authorKind === 'rule' ? null : clusteredSummary(counted);
    const votes = own.filter((verdict) => verdict !== null).length;
    return { author, authorKind, votes, statistics };
  });
}

function isRuled(item: ReportItem): boolean {
  return item.votes.some((vote) => vote.authorKind === 'rule');
}

function verdictsBy(items: readonly ReportItem[], key: string): (Verdict | null)[] {
  return items.map((item) => item.votes.find((vote) => authorKey(vote) === key)?.verdict ?? null);
}

const preferences = { a: 1, tie: 0.5, b: 0 };

/** Agreement of people and judges with items in common; each comparison is an item of its own. */
function agreementsOf(
  items: readonly ReportItem[],
): Pick<EvaluationReport, 'agreements' | 'krippendorff'> {
  const votes = items.flatMap(({ ordinal, prompt, votes: all }) =>
    all
      .filter(({ authorKind }) => authorKind !== 'rule')
      .map((vote) => ({ ...vote, item: ordinal, prompt: promptWords(prompt) })),
  );
  const names = new Map(votes.map((vote) => [authorKey(vote), vote.author]));
  const { annotators, krippendorff } = agreementOf(
    votes.map((vote) => ({
      a: 'a',
      b: 'b',
      prompt: vote.prompt,
      item: vote.item,
      author: authorKey(vote),
      authorKind: vote.authorKind,
      preference: vote.preference ?? preferences[vote.verdict],
      verdict: vote.verdict,
    })),
  );
  const nameOf = (key: string) => names.get(key) ?? key;
  const agreements = annotators.map((pair) => ({
    ...pair,
    first: nameOf(pair.first),
    second: nameOf(pair.second),
  }));
  return { agreements, krippendorff };
}

/** What the same verdicts would say of answers of one length; null while there are none. */
function lengthControlled(items: readonly ReportItem[]): EvaluationReport['lengthControlled'] {
  const judged = items.flatMap(({ verdict, prompt, a, b }) => {
    if (verdict === null) return [];
    const [charactersA = 0, charactersB = 0] = [a, b].map(({ output }) =>
      codePoints(withoutThinking(output)),
    );
    const preference = preferences[verdict];
    return [{ preference, prompt: promptWords(prompt), charactersA, charactersB }];
  });
  if (judged.length === 0) return null;
  const found = lengthControlledOf(judged);
  return { value: found.lengthControlledWinRate, interval: found.lengthControlledInterval };
}
