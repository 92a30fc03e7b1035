import { sendChat, stopChat } from '../chat/chat-service.ts';
import { generateFromFiles } from '../chat/generation-stream.ts';
import { requireSession } from '../project/core-state.ts';
import {
  inspectModel,
  models,
  startAddModel,
  startRelocate,
  usableModel,
} from '../models/model-service.ts';
import { checkpoints } from '../models/checkpoints.ts';
import { probeOf } from '../train/run-probe.ts';
import { planRunMemory } from '../train/memory-service.ts';
import { startExport } from '../train/export-service.ts';
import { runById, runs, startRun, watchMetrics } from '../train/run-service.ts';
import { explained, os } from './implement.ts';

export const modelsRouter = {
  list: os.models.list.handler(({ context: { core } }) => models(requireSession(core))),
  inspect: os.models.inspect.handler(({ context: { core }, input }) =>
    inspectModel(core, input.path),
  ),
  add: os.models.add.handler(({ context: { core }, input }) => ({
    jobId: startAddModel(core, requireSession(core), input.path).id,
  })),
  relocate: os.models.relocate.handler(({ context: { core }, input }) => ({
    jobId: startRelocate(core, requireSession(core), input).id,
  })),
};

export const devicesRouter = {
  list: os.devices.list.handler(({ context: { core } }) => core.devices.list()),
  test: os.devices.test.handler(({ context: { core }, input, signal }) => {
    const { device, modelId, method } = input;
    const basePath = modelId && usableModel(requireSession(core), modelId).path;
    const subject = { ...(basePath && { basePath }), ...(method && { method }) };
    return core.devices.test(device, subject, signal);
  }),
};

export const runsRouter = {
  start: os.runs.start.handler(({ context: { core }, input }) =>
    startRun(requireSession(core), input),
  ),
  planMemory: os.runs.planMemory.handler(({ context: { core }, input, signal }) =>
    planRunMemory(requireSession(core), input, signal),
  ),
  list: os.runs.list.handler(({ context: { core } }) => runs(requireSession(core))),
  get: os.runs.get.handler(({ context: { core }, input }) =>
    runById(requireSession(core), input.id),
  ),
  probe: os.runs.probe.handler(({ context: { core }, input }) =>
    probeOf(requireSession(core), input.id),
  ),
  metrics: os.runs.metrics.handler(async function* ({ context: { core }, input, signal }) {
    yield* explained(core, 'runs.metrics', watchMetrics(requireSession(core), input, signal));
  }),
  checkpoints: os.runs.checkpoints.handler(({ context: { core } }) =>
    checkpoints(requireSession(core)),
  ),
  export: os.runs.export.handler(({ context: { core }, input }) => ({
    jobId: startExport(core, requireSession(core), input).id,
  })),
};

export const jobsRouter = {
  list: os.jobs.list.handler(({ context: { core } }) => requireSession(core).jobs.list()),
  get: os.jobs.get.handler(({ context: { core }, input }) =>
    requireSession(core).jobs.get(input.id),
  ),
  watch: os.jobs.watch.handler(async function* ({ context: { core }, input, signal }) {
    yield* requireSession(core).jobs.watch(input.afterRevision, signal);
  }),
  cancel: os.jobs.cancel.handler(({ context: { core }, input }) =>
    requireSession(core).jobs.cancel(input.id),
  ),
  pause: os.jobs.pause.handler(({ context: { core }, input }) =>
    requireSession(core).jobs.pause(input.id),
  ),
  resume: os.jobs.resume.handler(({ context: { core }, input }) =>
    requireSession(core).jobs.resume(input.id),
  ),
};

export const chatRouter = {
  send: os.chat.send.handler(async function* ({ context: { core }, input, signal }) {
    yield* explained(core, 'chat.send', sendChat(requireSession(core), input, signal));
  }),
  stop: os.chat.stop.handler(({ context: { core }, input }) => ({
    stopped: stopChat(requireSession(core), input),
  })),
  unload: os.chat.unload.handler(async ({ context: { core } }) => ({
    unloaded: (await requireSession(core).inference.release(['left', 'right'])) > 0,
  })),
};

export const generationsRouter = {
  run: os.generations.run.handler(async function* ({ context: { core }, input, signal }) {
    yield* explained(core, 'generations.run', generateFromFiles(core, input, signal));
  }),
};
