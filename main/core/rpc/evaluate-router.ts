import { findPromptSet, listPromptSets, promptsOf } from '../../store/repositories/prompt-sets.ts';
import { found } from '../base/app-error.ts';
import { requireSession } from '../project/core-state.ts';
import {
  createEvaluation,
  evaluations,
  evaluationSummary,
  reveal,
} from '../evaluate/evaluation-service.ts';
import { importPrompts } from '../evaluate/prompt-service.ts';
import { reportText, saveReport } from '../evaluate/report-service.ts';
import { voteByExpectedAnswer } from '../evaluate/rule-votes.ts';
import { nextComparison, undoVote, vote } from '../evaluate/voting-service.ts';
import { os } from './implement.ts';

export const promptsRouter = {
  list: os.prompts.list.handler(({ context: { core } }) =>
    listPromptSets(requireSession(core).file.db),
  ),
  get: os.prompts.get.handler(({ context: { core }, input }) => {
    const { db } = requireSession(core).file;
    const set = found(findPromptSet(db, 'id', input.id), 'prompt set', input.id);
    return { set, prompts: promptsOf(db, set.id, input.limit) };
  }),
  import: os.prompts.import.handler(({ context: { core }, input }) =>
    importPrompts(core, requireSession(core), input),
  ),
};

export const evaluationsRouter = {
  create: os.evaluations.create.handler(({ context: { core }, input }) =>
    createEvaluation(core, requireSession(core), input),
  ),
  list: os.evaluations.list.handler(({ context: { core } }) => evaluations(requireSession(core))),
  get: os.evaluations.get.handler(({ context: { core }, input }) =>
    evaluationSummary(requireSession(core), input.id),
  ),
  comparison: os.evaluations.comparison.handler(({ context: { core }, input }) =>
    nextComparison(core, requireSession(core), input),
  ),
  vote: os.evaluations.vote.handler(({ context: { core }, input }) =>
    vote(core, requireSession(core), input),
  ),
  undoVote: os.evaluations.undoVote.handler(({ context: { core }, input }) =>
    undoVote(core, requireSession(core), input.id),
  ),
  voteByRule: os.evaluations.voteByRule.handler(({ context: { core }, input }) =>
    voteByExpectedAnswer(requireSession(core), input.id),
  ),
  reveal: os.evaluations.reveal.handler(({ context: { core }, input }) =>
    reveal(requireSession(core), input.id),
  ),
  saveReport: os.evaluations.saveReport.handler(({ context: { core }, input }) =>
    saveReport(core, requireSession(core), input),
  ),
  report: os.evaluations.report.handler(({ context: { core }, input }) =>
    reportText(requireSession(core), input),
  ),
};
