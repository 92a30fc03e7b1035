import { gradeReport, gradesCsv } from '../evaluate/grades/grade-report-service.ts';
import {
  everyAnswer,
  gradeAnswer,
  nextAnswer,
  undoGrade,
} from '../evaluate/grades/grading-service.ts';
import { placeReport } from '../evaluate/report-service.ts';
import { importPrompts } from '../evaluate/prompt-service.ts';
import {
  describeSet,
  editPrompts,
  restoreVersion,
  undoEdit,
} from '../evaluate/prompts/edit-prompts.ts';
import { markOutOfDistribution } from '../evaluate/prompts/mark-out-of-distribution.ts';
import { exportPrompts } from '../evaluate/prompts/export-prompts.ts';
import { promptSetPage, promptSets } from '../evaluate/prompts/prompt-set-details.ts';
import { tagPrompts, undoTags } from '../evaluate/prompts/tag-prompts.ts';
import { withProject } from './implement.ts';

/** Prompt sets. */
export const promptsRouter = {
  list: withProject.prompts.list.handler(({ context: { session } }) => promptSets(session)),
  get: withProject.prompts.get.handler(({ context: { session }, input }) =>
    promptSetPage(session, input),
  ),
  import: withProject.prompts.import.handler(({ context: { core, session }, input, signal }) =>
    importPrompts(core, session, input, signal),
  ),
  edit: withProject.prompts.edit.handler(({ context: { core, session }, input }) =>
    editPrompts(core, session, input),
  ),
  undoEdit: withProject.prompts.undoEdit.handler(({ context: { core, session }, input }) =>
    undoEdit(core, session, input.id),
  ),
  restore: withProject.prompts.restore.handler(({ context: { core, session }, input }) =>
    restoreVersion(core, session, input),
  ),
  describe: withProject.prompts.describe.handler(({ context: { core, session }, input }) =>
    describeSet(core, session, input),
  ),
  tag: withProject.prompts.tag.handler(({ context: { core, session }, input }) =>
    tagPrompts(core, session, input),
  ),
  markOutOfDistribution: withProject.prompts.markOutOfDistribution.handler(
    ({ context: { core, session }, input, signal }) =>
      markOutOfDistribution(core, session, input, signal),
  ),
  undoTags: withProject.prompts.undoTags.handler(({ context: { core, session } }) =>
    undoTags(core, session),
  ),
  export: withProject.prompts.export.handler(({ context: { core, session }, input }) =>
    exportPrompts(core, session, input),
  ),
};

/** Grades of single answers. */
export const gradesRouter = {
  next: withProject.grades.next.handler(({ context: { core, session }, input }) =>
    nextAnswer(core, session, input),
  ),
  list: withProject.grades.list.handler(({ context: { core, session }, input }) =>
    everyAnswer(core, session, input),
  ),
  grade: withProject.grades.grade.handler(({ context: { core, session }, input }) =>
    gradeAnswer(core, session, input),
  ),
  undo: withProject.grades.undo.handler(({ context: { core, session }, input }) =>
    undoGrade(core, session, input),
  ),
  report: withProject.grades.report.handler(({ context: { session }, input }) =>
    gradeReport(session, input),
  ),
  saveCsv: withProject.grades.saveCsv.handler(({ context: { core, session }, input }) =>
    placeReport(core, session, input, () => gradesCsv(session, input).text),
  ),
  csv: withProject.grades.csv.handler(({ context: { session }, input }) =>
    gradesCsv(session, input),
  ),
};
