import { auditById, audits, startAudit } from '../evaluate/judge/audit-service.ts';
import { judgings, startJudging } from '../evaluate/judge/judge-service.ts';
import { judgingResults } from '../evaluate/judge/judging-results.ts';
import { rubrics, saveRubric } from '../evaluate/judge/rubric-service.ts';
import { withProject } from './implement.ts';

/** Judges and what they judge. */
export const judgingsRouter = {
  list: withProject.judgings.list.handler(({ context: { session }, input }) =>
    judgings(session, input),
  ),
  start: withProject.judgings.start.handler(({ context: { core, session }, input, signal }) =>
    startJudging(core, session, input, signal),
  ),
  results: withProject.judgings.results.handler(({ context: { session }, input }) =>
    judgingResults(session, input.id),
  ),
};

/** Audits of judges. */
export const auditsRouter = {
  list: withProject.audits.list.handler(({ context: { session } }) => audits(session)),
  get: withProject.audits.get.handler(({ context: { session }, input }) =>
    auditById(session, input),
  ),
  start: withProject.audits.start.handler(({ context: { core, session }, input, signal }) =>
    startAudit(core, session, input, signal),
  ),
};

/** Texts that judges are asked with. */
export const rubricsRouter = {
  list: withProject.rubrics.list.handler(({ context: { session } }) => rubrics(session)),
  save: withProject.rubrics.save.handler(({ context: { core, session }, input }) =>
    saveRubric(core, session, input),
  ),
};
