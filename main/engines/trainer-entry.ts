import { selfTest } from '../trainer/devices/self-test.ts';
import { listFamily } from '../trainer/ffi/devices.ts';
import { engineName } from '../trainer/ffi/library.ts';
import { train } from '../trainer/loop/train.ts';
import type { TrainerRequests } from './protocol/trainer.ts';
import { serveEngine } from './serve-engine.ts';

/** A missing library is reported by the first request, where its code reaches the user. */
function describeEngine(): string {
  try {
    return engineName();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 'ggml unavailable';
  }
}

// One run at a time; a pause that comes between two runs means neither.
let pausing = new AbortController();

serveEngine<TrainerRequests>(describeEngine(), {
  train: (params, context) => {
    pausing = new AbortController();
    return train(params, context, pausing.signal);
  },
  pause: () => {
    pausing.abort();
    return Promise.resolve(null);
  },
  devices: ({ family }) => Promise.resolve(listFamily(family)),
  selfTest: (params) => selfTest(params),
});
