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

/** Texts that judges are asked with. */
export const rubricsRouter = {
  list: withProject.rubrics.list.handler(({ context: { session } }) => rubrics(session)),
  save: withProject.rubrics.save.handler(({ context: { core, session }, input }) =>
    saveRubric(core, session, input),
  ),
};
