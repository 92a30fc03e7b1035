import type { ReportItem } from '../../domain/report/evaluation-report.ts';
import type { StudyReport } from '../../domain/study/study-report.ts';
import { displayLine } from '../../text/foreign-text.ts';
import { unconnectedText } from '../../text/evaluate/vote-statistics.ts';
import { formatQuantity } from '../../text/numbers.ts';
import { ownResultsSentences } from '../vote-reasons.ts';
import { judgeWarnings } from '../judge-words.ts';
import {
  answerWarnings,
  basisWarnings,
  FEW_JUDGED,
  identicalWarnings,
  lengthControlWarnings,
  positionWarnings,
  recordWarnings,
  repeatWarnings,
} from '../report-warnings.ts';

type Findings = Omit<StudyReport, 'warnings' | 'methods'>;

/** What a reader must know before quoting the numbers of a study; empty when all is well. */
export function studyWarnings(findings: Findings): string[] {
  const { counts, statistics, systems } = findings;
  return [
    ...countWarnings(findings),
    ...(statistics.unconnected.length > 0 ? [unconnectedText(statistics.unconnected)] : []),
    ...basisWarnings(findings.basis),
    ...judgeWarnings(findings.judges),
    ...identicalWarnings(counts.identicalOutputs),
    ...annotatorWarnings(findings),
    ...positionWarnings(findings.positionBias),
    ...lengthWarnings(findings),
    ...repeatWarnings(promptsOfOnePair(findings)),
    ...systems.flatMap((system) => [
      ...answerWarnings(displayLine(system.name), answersOf(system.name, findings)),
      ...recordWarnings(displayLine(system.name), system),
    ]),
  ];
}

function countWarnings({ counts, statistics: { comparisons } }: Findings): string[] {
  const warnings: string[] = [];
  if (counts.judged === 0) warnings.push('Nobody has judged anything yet.');
  if (counts.judged > 0 && counts.open > 0)
    warnings.push(
      `${formatQuantity(counts.open, 'comparison')} without a verdict left out of the result.`,
    );
  const few = comparisons.filter(({ prompts }) => prompts < FEW_JUDGED);
  if (few.length > 0)
    warnings.push(
      `Few votes: ${few.length} of ${formatQuantity(comparisons.length, 'pair')} judged on fewer than ${FEW_JUDGED} prompts, so intervals are wide.`,
    );
  if (counts.failed > 0)
    warnings.push(`${formatQuantity(counts.failed, 'comparison')} left out for want of an answer.`);
  return warnings;
}

function annotatorWarnings({ annotators, sawOwnResults }: Findings): string[] {
  const unfinished = annotators.filter(({ left }) => left > 0).map(({ author }) => author);
  const informed = ownResultsSentences(sawOwnResults);
  if (unfinished.length === 0) return informed;
  return [
    ...informed,
    `Revealed before these had voted on all that was theirs: ${unfinished.join(', ')}.`,
  ];
}

function lengthWarnings({ statistics: { comparisons } }: Findings): string[] {
  return comparisons.flatMap((one) =>
    lengthControlWarnings(displayLine(one.a), {
      value: one.lengthControlledWinRate,
      interval: one.lengthControlledInterval,
      raw: one.winRate,
    }).map((sentence) => `Against ${displayLine(one.b)}: ${sentence}`),
  );
}

/** Each pair is asked the same prompts. */
function promptsOfOnePair({ evaluations }: Findings): ReportItem[] {
  const [first] = evaluations;
  return evaluations.flatMap(({ systems, items }) =>
    systems.a.name === first?.systems.a.name && systems.b.name === first.systems.b.name
      ? items
      : [],
  );
}

/** A system's answers, each once: several pairs have the same. */
function answersOf(name: string, { evaluations }: Findings): ReportItem['a'][] {
  const answers = new Map<string, ReportItem['a']>();
  for (const { systems, promptSet, items } of evaluations)
    for (const key of ['a', 'b'] as const)
      if (systems[key].name === name)
        for (const item of items)
          answers.set(`${promptSet.contentHash} ${item.ordinal}`, item[key]);
  return [...answers.values()];
}
