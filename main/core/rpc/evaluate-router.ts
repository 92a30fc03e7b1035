import { figureToSvg } from '../../../shared/report/figures/figure.ts';
import { recentPace } from '../../store/repositories/studies.ts';
import { importAnswers, importedAnswers } from '../evaluate/answer-service.ts';
import { choiceOf, pickCheckpoint, undoPick } from '../evaluate/choice/choice-service.ts';
import { createChoice } from '../evaluate/choice/create-choice.ts';
import {
  createEvaluation,
  evaluations,
  evaluationSummary,
  reveal,
  studyById,
} from '../evaluate/evaluation-service.ts';
import { extendEvaluation } from '../evaluate/extend-evaluation.ts';
import { placeReport, reportText, saveReport } from '../evaluate/report-service.ts';
import { ownResults, revealOwn } from '../evaluate/own-results.ts';
import { voteByExpectedAnswer } from '../evaluate/rule-votes.ts';
import {
  createStudy,
  revealStudy,
  studies,
  studySummary,
} from '../evaluate/study/study-service.ts';
import { saveStudyReport, studyReportText } from '../evaluate/study/study-report.ts';
import { nextInStudy, undoInStudy, voteInStudy } from '../evaluate/study/study-voting.ts';
import { nextComparison, undoVote, vote } from '../evaluate/voting-service.ts';
import { statisticsOfFile } from '../evaluate/vote-table/read-vote-table.ts';
import { voteTags } from '../../store/repositories/votes.ts';
import { os, withProject } from './implement.ts';

/** Answers of systems that cannot run here. */
export const answersRouter = {
  list: withProject.answers.list.handler(({ context: { session } }) => importedAnswers(session)),
  import: withProject.answers.import.handler(({ context: { core, session }, input, signal }) =>
    importAnswers(core, session, input, signal),
  ),
};

/** Evaluations: blind comparisons, votes and reports. */
export const evaluationsRouter = {
  create: withProject.evaluations.create.handler(({ context: { core, session }, input, signal }) =>
    createEvaluation(core, session, input, signal),
  ),
  extend: withProject.evaluations.extend.handler(({ context: { core, session }, input, signal }) =>
    extendEvaluation(core, session, input, signal),
  ),
  list: withProject.evaluations.list.handler(({ context: { session } }) => evaluations(session)),
  get: withProject.evaluations.get.handler(({ context: { session }, input }) =>
    evaluationSummary(session, input.id),
  ),
  comparison: withProject.evaluations.comparison.handler(({ context: { core, session }, input }) =>
    nextComparison(core, session, input),
  ),
  vote: withProject.evaluations.vote.handler(({ context: { core, session }, input }) =>
    vote(core, session, input),
  ),
  undoVote: withProject.evaluations.undoVote.handler(({ context: { core, session }, input }) =>
    undoVote(core, session, input.id),
  ),
  voteTags: withProject.evaluations.voteTags.handler(({ context: { session } }) =>
    voteTags(session.file.db),
  ),
  revealOwn: withProject.evaluations.revealOwn.handler(({ context: { core, session }, input }) =>
    revealOwn(session, { kind: 'evaluation', id: input.id, author: core.settings.author }),
  ),
  ownResults: withProject.evaluations.ownResults.handler(({ context: { core, session }, input }) =>
    ownResults(session, { kind: 'evaluation', id: input.id, author: core.settings.author }),
  ),
  voteByRule: withProject.evaluations.voteByRule.handler(({ context: { session }, input }) =>
    voteByExpectedAnswer(session, input.id),
  ),
  reveal: withProject.evaluations.reveal.handler(({ context: { session }, input }) =>
    reveal(session, input.id),
  ),
  saveReport: withProject.evaluations.saveReport.handler(({ context: { core, session }, input }) =>
    saveReport(core, session, input),
  ),
  report: withProject.evaluations.report.handler(({ context: { session }, input }) =>
    reportText(session, input),
  ),
};

/** Studies: every pair of several systems in one blind queue. */
export const studiesRouter = {
  create: withProject.studies.create.handler(({ context: { core, session }, input, signal }) =>
    createStudy(core, session, input, { signal }),
  ),
  list: withProject.studies.list.handler(({ context: { core, session } }) =>
    studies(core, session),
  ),
  get: withProject.studies.get.handler(({ context: { core, session }, input }) =>
    studySummary(input.author ?? core.settings.author, session, studyById(session, input.id)),
  ),
  pace: withProject.studies.pace.handler(({ context: { session } }) => recentPace(session.file.db)),
  comparison: withProject.studies.comparison.handler(({ context: { core, session }, input }) =>
    nextInStudy(core, session, input),
  ),
  vote: withProject.studies.vote.handler(({ context: { core, session }, input }) =>
    voteInStudy(core, session, input),
  ),
  undoVote: withProject.studies.undoVote.handler(({ context: { core, session }, input }) =>
    undoInStudy(core, session, input),
  ),
  revealOwn: withProject.studies.revealOwn.handler(({ context: { core, session }, input }) =>
    revealOwn(session, {
      kind: 'study',
      id: input.id,
      author: input.author ?? core.settings.author,
    }),
  ),
  ownResults: withProject.studies.ownResults.handler(({ context: { core, session }, input }) =>
    ownResults(session, {
      kind: 'study',
      id: input.id,
      author: input.author ?? core.settings.author,
    }),
  ),
  reveal: withProject.studies.reveal.handler(({ context: { core, session }, input }) =>
    revealStudy(core, session, input.id),
  ),
  report: withProject.studies.report.handler(({ context: { session }, input }) =>
    studyReportText(session, input),
  ),
  saveReport: withProject.studies.saveReport.handler(({ context: { core, session }, input }) =>
    saveStudyReport(core, session, input),
  ),
};

/** Choosing a checkpoint of a run by blind votes. */
export const choicesRouter = {
  get: withProject.choices.get.handler(({ context: { session }, input }) =>
    choiceOf(session, input.runId),
  ),
  create: withProject.choices.create.handler(({ context: { core, session }, input, signal }) =>
    createChoice(core, session, input, signal),
  ),
  pick: withProject.choices.pick.handler(({ context: { core, session }, input }) =>
    pickCheckpoint(core, session, input),
  ),
  undoPick: withProject.choices.undoPick.handler(({ context: { core, session }, input }) =>
    undoPick(core, session, input.runId),
  ),
};

/** Statistics of votes that are in no project. */
export const statisticsRouter = {
  ofFile: os.statistics.ofFile.handler(({ context: { core }, input, signal }) => {
    const path = core.paths.check(input.path);
    return core.calls.run([signal], (stopping) => statisticsOfFile(path, input.authors, stopping));
  }),
  saveFigure: withProject.statistics.saveFigure.handler(({ context: { core, session }, input }) =>
    placeReport(core, session, input, () => figureToSvg(input.figure)),
  ),
};
