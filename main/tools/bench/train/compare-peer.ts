import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { GgmlDevice } from '../../../trainer/device/ggml-device.ts';
import { describePeerJob, type PeerJob, type PeerType, writePeerJob } from './peer-job.ts';
import { peerName, PeerUnavailable, preparePeer } from './peer-packages.ts';
import { measurePeer } from './qvac-peer.ts';
import { measureTraining } from './compute-rates.ts';

/** The speed of this trainer beside that of the peer, in trained tokens per second. */
export interface PeerComparison {
  ownTokensPerSecond: number;
  peerTokensPerSecond: number;
  /** Own by peer. */
  ratio: number;
  /** What was done and how it was measured. */
  note: string;
}

/**
 * Does one LoRA job with this trainer and with the peer, one after the other, on the same file. Without a network,
 * or on a machine the peer has no build for, nothing is measured and the reason is returned.
 */
export async function comparePeer(
  log: (line: string) => void,
  type: PeerType,
  threads = availableParallelism(),
): Promise<PeerComparison | { unavailable: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'lima-bench-peer-'));
  try {
    const packages = await preparePeer(log);
    const job = await writePeerJob(folder, type, threads);
    log(`${describePeerJob(type)}; fastest of ${job.steps} steps, ${job.threads} threads`);
    const tokensPerSecond = (stepMs: number) => (job.tokensPerStep * 1000) / stepMs;
    const ownTokensPerSecond = tokensPerSecond(await measureOwnRun(job));
    log(`this trainer: ${ownTokensPerSecond.toFixed(0)} tokens/s; now ${peerName}, which is slow`);
    const peerTokensPerSecond = tokensPerSecond(await measurePeer(packages, job));
    const ratio = ownTokensPerSecond / peerTokensPerSecond;
    const note =
      `${describePeerJob(type)}; fastest of ${job.steps} steps after the first, optimizer included, ` +
      `loading not; ${job.threads} threads asked of both (the peer's training takes ggml's 4)`;
    return { ownTokensPerSecond, peerTokensPerSecond, ratio, note };
  } catch (error) {
    if (error instanceof PeerUnavailable) return { unavailable: error.message };
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Does the job with this trainer; returns the time of the fastest step after the first. */
async function measureOwnRun(job: PeerJob): Promise<number> {
  using device = GgmlDevice.openCpu(job.threads);
  const { tokensPerStep: tokens, steps } = job;
  const size = { tokens, trainedTokens: tokens, steps };
  const { bestStepMs } = await measureTraining(device, job.modelPath, size);
  return bestStepMs;
}
