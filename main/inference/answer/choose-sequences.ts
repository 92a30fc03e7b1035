import type { Sampling } from '../../../shared/domain/identity.ts';
import type { SystemFiles } from '../../engines/protocol/inference.ts';
import type { SequenceContext } from '../../native/sequence-context.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { ModelHost } from '../model/model-host.ts';
import { TokenSampler } from './token-sampler.ts';

/** More gain nothing where anybody measured, and cost memory. */
const mostSequences = 64;

/** Where so many fit, fewer are never faster: the weights are read once for all of them. */
const leastMeasured = 4;
/** Twice the answers have to be this much faster in all. */
const leastGain = 1.1;
const measuredTokens = 256;
const measuredSteps = 3;

interface Measured {
  loaded: LoadedModel;
  system: SystemFiles;
  sampling: Sampling;
  signal: AbortSignal;
}

/**
 * How many answers are made side by side: as many as memory allows, of `parallel` if it is given,
 * else while twice as many still gain time. What gains is measured once for a model with an adapter,
 * with empty sequences. One at least, whether it fits or not: whoever makes the context says so.
 */
export async function chooseSequences(
  host: ModelHost,
  measured: Measured,
  { prompts, parallel, ...wanted }: WantedSequences,
): Promise<number> {
  const { loaded, system } = measured;
  const shape = { ...wanted, attention: 'fast' } as const;
  const most = Math.min(prompts, parallel ?? mostSequences);
  const fits = async (sequences: number) =>
    sequences === 1 || (await host.fits(loaded, { ...shape, sequences }));
  let fitting = most;
  while (!(await fits(fitting))) fitting = Math.ceil(fitting / 2);
  if (parallel !== undefined || fitting <= leastMeasured) return fitting;
  const key = system.adapterPath ?? '';
  const gaining =
    loaded.measured.get(key) ?? (await measure(host, measured, { ...shape, fitting }));
  // What ended at the number of prompts may gain more with the next ones.
  if (gaining * 4 <= fitting) loaded.measured.set(key, gaining);
  return Math.min(fitting, gaining);
}

interface WantedSequences {
  prompts: number;
  parallel: number | undefined;
  tokens: number;
  batchTokens: number;
}

async function measure(
  host: ModelHost,
  { loaded, system, sampling, signal }: Measured,
  { fitting, tokens, batchTokens }: { fitting: number; tokens: number; batchTokens: number },
): Promise<number> {
  const shape = {
    tokens: Math.min(tokens, measuredTokens),
    batchTokens,
    sequences: fitting,
    attention: 'fast',
  } as const;
  const context = await host.createSequences(loaded, system, shape);
  try {
    let best = Math.min(leastMeasured, fitting);
    let fastest = await tokensPerSecond(context, best, sampling);
    // One step further than gains: another program may have been in the way.
    for (let next = best * 2; next <= Math.min(fitting, best * 4) && !signal.aborted; next *= 2) {
      const speed = await tokensPerSecond(context, next, sampling);
      if (speed < fastest * leastGain) continue;
      best = next;
      fastest = speed;
    }
    return best;
  } finally {
    context.dispose();
  }
}

/** The best of a few steps: whatever else the machine does only makes them slower. */
async function tokensPerSecond(
  context: SequenceContext,
  sequences: number,
  sampling: Sampling,
): Promise<number> {
  const samplers = Array.from({ length: sequences }, () => new TokenSampler(sampling));
  let tokens = samplers.map(() => 0);
  let leastMs = Infinity;
  for (let position = 0; position <= measuredSteps; position++) {
    const startedMs = performance.now();
    const rows = await context.decodeStep(
      tokens.map((token, sequence) => ({ token, position, sequence, wantsLogits: true })),
    );
    tokens = samplers.map((sampler, row) => sampler.next(rows[row] ?? new Float32Array(1)));
    // The first step makes buffers.
    if (position > 0) leastMs = Math.min(leastMs, performance.now() - startedMs);
  }
  for (const sequence of samplers.keys()) context.forget(sequence);
  return (sequences * 1000) / leastMs;
}
