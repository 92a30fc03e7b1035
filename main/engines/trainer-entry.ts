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

serveEngine<TrainerRequests>(describeEngine(), { train });
