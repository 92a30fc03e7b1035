import { selfTest } from './self-test/self-test.ts';
import { importAdapter } from './from-adapter/import-adapter.ts';
import { exportCheckpoint } from './export/export-checkpoint.ts';
import { listFamily } from './ffi/devices.ts';
import { engineName } from './ffi/library.ts';
import { RunControl } from './run/run-state.ts';
import { train } from './run/train.ts';
import { planWorstCase } from './memory/plan-memory.ts';
import type { TrainerRequests } from '../engines/protocol/trainer.ts';
import { serveEngine } from '../engines/serve-engine.ts';

/** A missing library is reported by the first request, where its code reaches the user. */
function describeEngine(): string {
  try {
    return engineName();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 'ggml unavailable';
  }
}

// One run at a time; what is asked between two runs means neither.
let control = new RunControl();

serveEngine<TrainerRequests>(describeEngine(), {
  train: (params, context) => {
    control = new RunControl();
    return train(params, context, control);
  },
  pause: () => {
    control.pause();
    return Promise.resolve(null);
  },
  goOn: () => {
    control.goOn();
    return Promise.resolve(null);
  },
  planMemory: (params) => planWorstCase(params),
  devices: ({ family }) => Promise.resolve(listFamily(family)),
  selfTest: (params) => selfTest(params),
  importAdapter: (params) => importAdapter(params),
  export: exportCheckpoint,
});
