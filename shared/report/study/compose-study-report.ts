import type { EvaluationReport, ReportSystem } from '../../domain/evaluate/evaluation-report.ts';
import { evaluationProtocol, promptWords } from '../../domain/evaluate/evaluation.ts';
import { type StudyReport, studyReportSchema } from '../../domain/study/study-report.ts';
import { positionBias } from '../../stats/judging-checks.ts';
import { statisticsOfVerdicts } from '../../stats/verdict-statistics.ts';
import { formatEstimate, formatP, formatQuantity } from '../../text/numbers.ts';
import { verdictsOfReport } from '../report-verdicts.ts';
import { studyMethods } from './study-methods.ts';

/** What the project file knows of a study; `evaluations` call each system by its own name in it. */
export type StudyFacts = Pick<
  StudyReport,
  | 'name'
  | 'createdMs'
  | 'design'
  | 'promptSets'
  | 'seed'
  | 'overlapPercent'
  | 'calibrationItems'
  | 'failures'
  | 'annotators'
  | 'evaluations'
> & {
  /** Names of the systems, the focus first where there is one. */
  systemNames: readonly string[];
  /** Comparisons of all pairs, those that failed too; and answers, those that failed too. */
  comparisons: number;
  answers: number;
};

/** Computes the whole report of a study: each pair, all of them together, and how it was done. */
export function composeStudyReport(facts: StudyFacts): StudyReport {
  const { systemNames, comparisons, answers, ...known } = facts;
  const { evaluations } = known;
  const sum = (of: (report: EvaluationReport) => number) =>
    evaluations.reduce((total, report) => total + of(report), 0);
  const judged = sum(({ counts }) => counts.judged);
  const items = sum(({ counts }) => counts.comparisons);
  const pairs = new Set(evaluations.map(pairOf));
  const findings = {
    format: 'lima-study-report' as const,
    formatVersion: 1 as const,
    ...known,
    systems: systemNames.map((name) => systemOf(name, evaluations)),
    protocol: evaluationProtocol,
    counts: {
      pairs: pairs.size,
      comparisons,
      judged,
      open: items - judged,
      failed: comparisons - items,
      identicalOutputs: sum(({ counts }) => counts.identicalOutputs),
      votes: sum(({ counts }) => counts.votes),
      answers,
    },
    basis: basisOf(evaluations),
    statistics: statisticsOfVerdicts(evaluations.flatMap(verdictsOfReport)),
    positionBias: positionBias(shownToPeople(evaluations)),
    disagreements: evaluations.flatMap(({ name, disagreements }) =>
      disagreements.map((sentence) => `${name}: ${sentence}`),
    ),
  };
  return studyReportSchema.parse({
    ...findings,
    methods: studyMethods(findings),
    warnings: studyWarnings(findings),
  });
}

const pairOf = ({ systems }: EvaluationReport) => JSON.stringify([systems.a.name, systems.b.name]);

/** The distinct identities of a system's answers in all its pairs. */
function systemOf(name: string, evaluations: readonly EvaluationReport[]): ReportSystem {
  const own = evaluations.flatMap(({ systems }) =>
    [systems.a, systems.b].filter((system) => system.name === name),
  );
  return {
    name,
    identities: distinct(own.flatMap(({ identities }) => identities)),
    imported: distinct(own.flatMap(({ imported }) => imported)),
  };
}

const distinct = <Value>(values: readonly Value[]): Value[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];

function basisOf(evaluations: readonly EvaluationReport[]): StudyReport['basis'] {
  const bases = new Set(evaluations.map(({ basis }) => basis));
  return (['human', 'judge', 'rule'] as const).find((basis) => bases.has(basis)) ?? 'none';
}

const shownToPeople = (evaluations: readonly EvaluationReport[]) =>
  evaluations.flatMap(({ items }) =>
    items.flatMap(({ votes, prompt }) =>
      votes.flatMap(({ authorKind, shown }) =>
        authorKind === 'human' && shown !== null ? [{ shown, prompt: promptWords(prompt) }] : [],
      ),
    ),
  );

/** Fewer prompts than this (the paper's agreement study used 50) are few. */
const fewPrompts = 50;
const significantP = 0.05;

type Findings = Omit<StudyReport, 'warnings' | 'methods'>;

/** What a reader must know before quoting the numbers. */
function studyWarnings({
  counts,
  statistics,
  basis,
  positionBias: bias,
  annotators,
}: Findings): string[] {
  const warnings: string[] = [];
  if (counts.judged === 0) warnings.push('Nobody has judged anything yet.');
  if (counts.judged > 0 && counts.open > 0)
    warnings.push(
      `${formatQuantity(counts.open, 'comparison')} without a verdict left out of the result.`,
    );
  const few = statistics.comparisons.filter(({ prompts }) => prompts < fewPrompts);
  if (few.length > 0)
    warnings.push(
      `Few votes: ${few.length} of ${formatQuantity(statistics.comparisons.length, 'pair')} judged on fewer than ${fewPrompts} prompts, so intervals are wide.`,
    );
  if (counts.failed > 0)
    warnings.push(
      `${formatQuantity(counts.failed, 'comparison')} left out, because a prompt could not be asked of a system.`,
    );
  if (basis === 'judge') warnings.push('All verdicts are by a judge model; no person has voted.');
  if (basis === 'rule') warnings.push('All verdicts are by rule; no person has voted.');
  if (counts.identicalOutputs > 0)
    warnings.push(
      `${formatQuantity(counts.identicalOutputs, 'comparison')} with identical answers; by rule these are ties without a vote.`,
    );
  const unfinished = annotators.filter(({ left }) => left > 0).map(({ author }) => author);
  if (unfinished.length > 0)
    warnings.push(
      `Revealed before these had voted on all that was theirs: ${unfinished.join(', ')}.`,
    );
  if (bias !== null && bias.signTestP < significantP)
    warnings.push(
      `Position bias: the left answer won ${formatEstimate(bias.leftShare)} of decided votes (p = ${formatP(bias.signTestP)}).`,
    );
  return warnings;
}
