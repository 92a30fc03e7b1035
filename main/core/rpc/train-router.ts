import { paneIds } from '../../../shared/domain/chat/chat-pane.ts';
import { sendChat, stopChat } from '../chat/chat-service.ts';
import { conversation, listConversations } from '../chat/conversations.ts';
import { chatStateOf, saveChatState } from '../chat/chat-state.ts';
import { trainingOf } from '../chat/trained-turns.ts';
import { measureAnswer } from '../chat/token-shift.ts';
import { generateFromFiles } from '../chat/generation-stream.ts';
import { inspectModel, models, startAddModel, startRelocate } from '../models/model-service.ts';
import { checkpoints } from '../models/checkpoints.ts';
import { testDevice, planRunMemory } from '../train/preflight.ts';
import { probeOf } from '../train/probe-run.ts';
import { compareRuns, saveComparison } from '../train/compare-runs.ts';
import { inspectAdapter } from '../train/from-adapter.ts';
import { tryChatTemplate } from '../models/template-trial.ts';
import { estimateTime } from '../train/estimate-time.ts';
import { planPruning, pruneCheckpoints } from '../train/prune-checkpoints.ts';
import { startExport } from '../train/export-service.ts';
import { runById, runs, startRun, watchMetrics } from '../train/run-service.ts';
import { resumeJob } from '../project/resume-job.ts';
import { os, withProject } from './implement.ts';
import { openXray, xraySample } from '../train/xray-service.ts';

/** Base models of the project. */
export const modelsRouter = {
  list: withProject.models.list.handler(({ context: { session }, signal }) =>
    models(session, signal),
  ),
  inspect: os.models.inspect.handler(({ context: { core }, input }) =>
    inspectModel(core, input.path),
  ),
  add: withProject.models.add.handler(({ context: { core, session }, input }) => ({
    jobId: startAddModel(core, session, input.path).id,
  })),
  relocate: withProject.models.relocate.handler(({ context: { core, session }, input }) => ({
    jobId: startRelocate(core, session, input).id,
  })),
};

/** Devices of this machine and their self-tests. */
export const devicesRouter = {
  list: os.devices.list.handler(({ context: { core } }) => core.devices.list()),
  test: os.devices.test.handler(({ context: { core }, input, signal }) =>
    testDevice(core, input, signal),
  ),
};

/** Training runs, their metrics and checkpoints. */
export const runsRouter = {
  start: withProject.runs.start.handler(({ context: { core, session }, input, signal }) =>
    startRun(session, { ...input, author: core.settings.author }, signal),
  ),
  inspectAdapter: withProject.runs.inspectAdapter.handler(
    ({ context: { session }, input, signal }) => inspectAdapter(session, input, signal),
  ),
  planMemory: withProject.runs.planMemory.handler(({ context: { session }, input, signal }) =>
    planRunMemory(session, input, signal),
  ),
  list: withProject.runs.list.handler(({ context: { session } }) => runs(session)),
  get: withProject.runs.get.handler(({ context: { session }, input }) =>
    runById(session, input.id),
  ),
  compare: withProject.runs.compare.handler(({ context: { session }, input }) =>
    compareRuns(session, input.ids),
  ),
  saveComparison: withProject.runs.saveComparison.handler(({ context: { core, session }, input }) =>
    saveComparison(core, session, input),
  ),
  planPruning: withProject.runs.planPruning.handler(({ context: { session }, input }) =>
    planPruning(session, input),
  ),
  prune: withProject.runs.prune.handler(({ context: { core, session }, input }) =>
    pruneCheckpoints(core, session, input),
  ),
  tryTemplate: withProject.runs.tryTemplate.handler(({ context: { session }, input, signal }) =>
    tryChatTemplate(session, input, signal),
  ),
  estimateTime: withProject.runs.estimateTime.handler(({ context: { session }, input, signal }) =>
    estimateTime(session, input, signal),
  ),
  probe: withProject.runs.probe.handler(({ context: { session }, input }) =>
    probeOf(session, input),
  ),
  metrics: withProject.runs.metrics.handler(({ context: { session }, input, signal }) =>
    watchMetrics(session, input, signal),
  ),
  checkpoints: withProject.runs.checkpoints.handler(({ context: { session } }) =>
    checkpoints(session).filter(({ isDeleted }) => !isDeleted),
  ),
  export: withProject.runs.export.handler(async ({ context: { core, session }, input }) => ({
    jobId: (await startExport(core, session, input)).id,
  })),
};

/** Jobs of every kind. */
export const jobsRouter = {
  list: withProject.jobs.list.handler(({ context: { session } }) => session.jobs.list()),
  get: withProject.jobs.get.handler(({ context: { session }, input }) =>
    session.jobs.get(input.id),
  ),
  watch: withProject.jobs.watch.handler(({ context: { session }, input, signal }) =>
    session.jobs.watch(input.afterRevision, signal),
  ),
  cancel: withProject.jobs.cancel.handler(({ context: { session }, input }) => {
    // A merge is why the project takes no changes: it can be cancelled, what waits beside it not.
    if (session.jobs.get(input.id).kind !== 'merge') session.requireEditing();
    return session.jobs.cancel(input.id);
  }),
  pause: withProject.jobs.pause.handler(({ context: { session }, input }) =>
    session.jobs.pause(input.id),
  ),
  resume: withProject.jobs.resume.handler(({ context: { session }, input }) =>
    resumeJob(session, input),
  ),
};

/** Answers in the two panes of the chat. */
export const chatRouter = {
  list: withProject.chat.list.handler(({ context: { session }, input, signal }) =>
    listConversations(session, input, signal),
  ),
  get: withProject.chat.get.handler(({ context: { session }, input }) =>
    conversation(session, input),
  ),
  state: withProject.chat.state.handler(({ context: { core, session } }) => ({
    project: session.uuid,
    state: chatStateOf(core.config.userDataDir, session.uuid),
  })),
  saveState: os.chat.saveState.handler(({ context: { core }, input }) => ({
    saved: saveChatState(core.config.userDataDir, input),
  })),
  training: withProject.chat.training.handler(({ context: { session }, input, signal }) =>
    trainingOf(session, input.checkpointId, signal),
  ),
  send: withProject.chat.send.handler(({ context: { session }, input, signal }) =>
    sendChat(session, input, signal),
  ),
  tokenShift: withProject.chat.tokenShift.handler(({ context: { session }, input, signal }) =>
    measureAnswer(session, input, signal),
  ),
  stop: withProject.chat.stop.handler(({ context: { session }, input }) => ({
    stopped: stopChat(session, input),
  })),
  unload: withProject.chat.unload.handler(async ({ context: { session } }) => ({
    unloaded: (await session.inference.release(paneIds)) > 0,
  })),
};

/** Answers of a system given by files, without a project. */
export const generationsRouter = {
  run: os.generations.run.handler(({ context: { core }, input, signal }) =>
    generateFromFiles(core, input, signal),
  ),
};

/** A dataset as the trainer will see it. */
export const xrayRouter = {
  open: withProject.xray.open.handler(({ context: { session }, input, signal }) =>
    openXray(session, input, signal),
  ),
  sample: withProject.xray.sample.handler(({ context: { session }, input, signal }) =>
    xraySample(session, input, signal),
  ),
};
