import type { EvaluationReport } from '../../../../shared/domain/report/evaluation-report.ts';
import type { StudyReport } from '../../../../shared/domain/study/study-report.ts';
import { composeStudyReport } from '../../../../shared/report/study/compose-study-report.ts';
import {
  studyToCsv,
  studyToHtml,
  studyToJson,
  studyToMarkdown,
} from '../../../../shared/report/study/write-study-report.ts';
import {
  evaluationsOfStudy,
  type StoredEvaluation,
} from '../../../store/repositories/evaluations.ts';
import { findPromptSet } from '../../../store/repositories/prompt-sets.ts';
import { failuresOfStudy, voteTimesOfStudy } from '../../../store/repositories/studies.ts';
import { AppError, found } from '../../base/app-error.ts';
import type { CoreState } from '../../project/core-state.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { distinctNames, studyById } from '../evaluation-service.ts';
import { reportJudges } from '../judge/report-judges.ts';
import { gradesIn } from '../grades/grade-report-service.ts';
import { evaluationReport, ownReport, placeReport, reportFileName } from '../report-service.ts';
import { systemIdsOf } from './study-service.ts';
import { studyQueues } from './study-state.ts';

const writers = {
  json: { write: studyToJson, extension: 'json' },
  markdown: { write: studyToMarkdown, extension: 'md' },
  html: { write: studyToHtml, extension: 'html' },
  csv: { write: (report: StudyReport) => studyToCsv(report), extension: 'csv' },
};

type ReportFormat = keyof typeof writers;

/** The report of a study as text with a file name; refused while it is blind. */
export function studyReportText(
  session: ProjectSession,
  { id, format }: { id: string; format: ReportFormat },
): { fileName: string; text: string } {
  const { write, extension } = writers[format];
  const report = studyReport(session, id);
  const grades = gradesIn(session, { kind: 'study', id });
  return { fileName: reportFileName(report.name, 'study', extension), text: write(report, grades) };
}

/** Writes the report of a study to a file, complete or not at all. */
export const saveStudyReport = (
  state: CoreState,
  session: ProjectSession,
  input: { id: string; format: ReportFormat; path: string; overwrite: boolean },
): Promise<{ path: string; sizeBytes: number }> =>
  placeReport(state, session, input, () => studyReportText(session, input).text);

function studyReport(session: ProjectSession, id: string): StudyReport {
  const { db } = session.file;
  const study = studyById(session, id);
  if (study.revealedMs === null)
    throw new AppError('INVALID_STATE', 'This study is still blind: reveal it first', { id });
  const evaluations = evaluationsOfStudy(db, id);
  const systemIds = systemIdsOf(evaluations);
  const names = distinctNames(session, systemIds);
  const nameOf = (systemId: string) => names.get(systemId) ?? '';
  const queues = studyQueues(session, study);
  const times = new Map(voteTimesOfStudy(db, id).map((one) => [one.author, one.medianMs]));
  return composeStudyReport({
    name: study.name,
    createdMs: study.createdMs,
    design: study.design,
    systemNames: systemIds.map(nameOf),
    promptSets: promptSetsOf(session, evaluations, queues.items),
    seed: study.seed,
    overlapPercent: study.overlapPercent,
    calibrationItems: study.calibrationItems,
    hasBothBad: study.bothBad,
    comparisons: queues.items.length,
    answers: queues.answers.done,
    failures: failuresOfStudy(db, id).map(({ systemId, promptSetName, ordinal, reason }) => ({
      system: nameOf(systemId),
      promptSet: promptSetName,
      prompt: ordinal,
      reason,
    })),
    annotators: queues.annotators().map((one) => ({
      ...one,
      medianMs: times.get(one.author) ?? null,
    })),
    judges: reportJudges(session, { studyId: id }, { evaluations, nameOf }),
    evaluations: evaluations.map((evaluation) =>
      named(evaluationReport(session, evaluation.id), {
        a: nameOf(evaluation.systemAId),
        b: nameOf(evaluation.systemBId),
      }),
    ),
  });
}

/** What one person’s own votes say of each pair on each set, before the study is revealed to all. */
export function ownReportsOfStudy(
  session: ProjectSession,
  id: string,
  author: string,
): EvaluationReport[] {
  const evaluations = evaluationsOfStudy(session.file.db, studyById(session, id).id);
  const names = distinctNames(session, systemIdsOf(evaluations));
  return evaluations.map((evaluation) =>
    named(ownReport(session, evaluation.id, author), {
      a: names.get(evaluation.systemAId) ?? '',
      b: names.get(evaluation.systemBId) ?? '',
    }),
  );
}

const named = (report: EvaluationReport, { a, b }: { a: string; b: string }): EvaluationReport => ({
  ...report,
  systems: { a: { ...report.systems.a, name: a }, b: { ...report.systems.b, name: b } },
});

function promptSetsOf(
  { file: { db } }: ProjectSession,
  evaluations: readonly StoredEvaluation[],
  items: readonly { evaluationId: string; promptId: string }[],
): StudyReport['promptSets'] {
  const bySet = Map.groupBy(evaluations, ({ promptSetId }) => promptSetId);
  return [...bySet].map(([setId, [first]]) => {
    const { name, contentHash, prompts } = found(
      findPromptSet(db, 'id', setId),
      'prompt set',
      setId,
    );
    const asked = items.filter(({ evaluationId }) => evaluationId === first?.id).length;
    return { name, contentHash, prompts, asked };
  });
}
