import { dialogueTag } from '../../domain/evaluate/grade.ts';
import { ofWholeDialoguesText } from '../../text/evaluate/judging.ts';
import type { GradeReport } from '../../domain/report/grade-report.ts';

/** Of a report on grades what people and one judge say, of all prompts and of dialogues. */
export function besidePeople(report: GradeReport, judge: string): GradeReport {
  const { rows, agreements, safety } = report;
  const told = ['people', judge, ofWholeDialoguesText(judge)];
  const isTold = ({ by }: { by: string }) => told.includes(by);
  const isOfJudge = ({ first, second }: { first: string; second: string }) =>
    first === judge || second === judge;
  return {
    ...report,
    rows: rows.filter((row) => isTold(row) && (row.tag === null || row.tag === dialogueTag)),
    dialogues: report.dialogues.filter(isTold),
    authors: [],
    agreements: agreements.filter(isOfJudge),
    safety: {
      rows: safety.rows.filter(isTold),
      agreements: safety.agreements.filter(isOfJudge),
      judged: safety.judged.filter(({ author }) => author === judge),
    },
    grades: [],
    methods: '',
    remarks: [],
  };
}
