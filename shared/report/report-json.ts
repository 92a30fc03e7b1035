import {
  type EvaluationReport,
  evaluationReportSchema,
} from '../domain/report/evaluation-report.ts';
import type { GradeReport } from '../domain/report/grade-report.ts';

/** Characters JSON allows but a terminal obeys or a screen reorders. */
const UNSAFE = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/**
 * The report as JSON, its complete and lossless form: `evaluationReportSchema` reads it back.
 * Control and reordering characters of model text are written as \u escapes.
 */
export const reportToJson = (report: EvaluationReport, grades?: GradeReport): string =>
  reportJsonText({ ...evaluationReportSchema.parse(report), ...(grades && { grades }) });

/** A parsed report as text that no terminal obeys. */
export function reportJsonText(report: object): string {
  const text = JSON.stringify(report, null, 2);
  return `${text.replace(UNSAFE, escapeUnit)}\n`;
}

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
