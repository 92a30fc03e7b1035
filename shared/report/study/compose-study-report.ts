import type { EvaluationReport, ReportSystem } from '../../domain/report/evaluation-report.ts';
import { promptWords, protocolOf } from '../../domain/evaluate/evaluation.ts';
import { type StudyReport, studyReportSchema } from '../../domain/study/study-report.ts';
import { positionBias } from '../../stats/judging-checks.ts';
import { statisticsOfVerdicts } from '../../stats/verdict-statistics.ts';
import { reportSystem } from '../report-system.ts';
import { countBothBad } from '../vote-reasons.ts';
import { verdictsOfReport } from '../report-verdicts.ts';
import { studyMethods } from './study-methods.ts';
import { studyWarnings } from './study-warnings.ts';

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
  judges?: StudyReport['judges'];
  /** Names of the systems, the focus first where there is one. */
  systemNames: readonly string[];
  /** Comparisons of all pairs, those that failed too; and answers, those that failed too. */
  comparisons: number;
  answers: number;
  /** Whether voters could say that both answers are bad. */
  hasBothBad?: boolean;
};

/** Computes the whole report of a study: each pair, all of them together, and how it was done. */
export function composeStudyReport(facts: StudyFacts): StudyReport {
  const { systemNames, comparisons, answers, hasBothBad = false, ...known } = facts;
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
    judges: known.judges ?? [],
    systems: systemNames.map((name) => systemOf(name, evaluations)),
    protocol: protocolOf(hasBothBad),
    counts: {
      pairs: pairs.size,
      comparisons,
      judged,
      open: items - judged,
      failed: comparisons - items,
      identicalOutputs: sum(({ counts }) => counts.identicalOutputs),
      votes: sum(({ counts }) => counts.votes),
      answers,
      bothBad: countBothBad(evaluations),
    },
    sawOwnResults: evaluations[0]?.sawOwnResults ?? [],
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
  const [seed = null, ...otherSeeds] = new Set(own.map((one) => one.seed));
  return reportSystem(
    name,
    own.flatMap(({ identities, imported, endpoints }) => [
      ...identities,
      ...imported,
      ...endpoints,
    ]),
    otherSeeds.length > 0 ? null : seed,
  );
}

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
