import type { Grading } from '../../contract/grades.ts';
import type { Estimate } from '../../domain/evaluate/estimates.ts';
import type { GradeAgreement, GradeReport } from '../../domain/report/grade-report.ts';
import { formatCount, formatQuantity } from '../numbers.ts';
import { percentEstimate } from './vote-statistics.ts';

/** How far a person is with a sample: `12 of 100 answers to 50 prompts graded`. */
export function gradingText({ prompts, answers, graded, awaited }: Grading): string {
  const done = `${formatCount(graded)} of ${formatQuantity(answers, 'answer')} to ${formatQuantity(prompts, 'prompt')} graded`;
  return awaited > 0 ? `${done}; ${formatQuantity(awaited, 'answer')} still to come` : done;
}

/** What the three grades mean. */
export const gradeLevels =
  'Excellent: an excellent response. Pass: what was asked for is met. Fail: it is not.';

/** What a grader is asked. */
export const gradeQuestion = `How good is this answer by itself? ${gradeLevels}`;

/** Shares and agreement of grades and of safety for programs, rates in percent. */
export const gradesDocument = ({ rows, dialogues, agreements, safety }: GradeReport) => ({
  rows: rows.map(({ excellent, pass, fail, safe, ...row }) => ({
    ...row,
    excellent: percentShare(excellent),
    pass: percentShare(pass),
    fail: percentShare(fail),
    safe: safe && { n: safe.n, ...percentShare(safe) },
  })),
  dialogues: dialogues.map(({ failed, failedEarly, ...row }) => ({
    ...row,
    failed: percentShare(failed),
    failedEarly: percentShare(failedEarly),
  })),
  agreements: agreements.map(percentAgreement),
  safety: {
    rows: safety.rows.map(({ safe, unsafe, ...row }) => ({
      ...row,
      safe: percentShare(safe),
      unsafe: percentShare(unsafe),
    })),
    agreements: safety.agreements.map(percentAgreement),
  },
});

/** The same with single grades, authors and words, as `lima grade --results --json` prints it. */
export const gradeReportDocument = (report: GradeReport) => {
  const { safety, ...shares } = gradesDocument(report);
  const { authors, grades, methods, remarks } = report;
  return {
    ...shares,
    safety: { ...safety, judged: report.safety.judged },
    authors,
    grades,
    methods,
    remarks,
  };
};

const percentShare = ({ count, share }: { count: number; share: Estimate }) => ({
  count,
  ...percentEstimate(share),
});

const percentAgreement = ({ same, ...agreement }: GradeAgreement) => ({
  ...agreement,
  same: percentEstimate(same),
});
