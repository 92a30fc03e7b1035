import { Backend } from '../../../trainer/device/ggml-device.ts';
import type { PeerJob } from './peer-job.ts';
import { measureTraining } from './training-rate.ts';

/** Does the job with this trainer; returns the time of the fastest step after the first. */
export async function measureOwnRun(job: PeerJob): Promise<number> {
  using backend = Backend.openCpu(job.threads);
  const { tokensPerStep: tokens, steps } = job;
  const size = { tokens, trainedTokens: tokens, steps };
  const { bestStepMs } = await measureTraining(backend, job.modelPath, size);
  return bestStepMs;
}
