import type { HyperParameters } from '../../gguf/model/hyper-parameters.ts';
import { attendsByKernel } from '../model/graph-context.ts';
import type { Device } from '../device/device.ts';

/** Share of a device's memory that kept activations may take. */
const activationShare = 0.25;

/**
 * Estimates the activations that a block keeps for its backward pass, in bytes: about twelve
 * tensors as wide as the residual stream, four as wide as the feed-forward part, and the
 * attention weights of every head where these are kept.
 */
export function activationBytes(
  tokens: number,
  parameters: HyperParameters,
  keepsWeights: boolean,
): number {
  const { embeddingLength, feedForwardLength, heads, layers } = parameters;
  const weights = keepsWeights ? heads * tokens : 0;
  const perToken = 12 * embeddingLength + 4 * feedForwardLength + weights;
  return layers * tokens * perToken * Float32Array.BYTES_PER_ELEMENT;
}

/**
 * True when blocks should be computed a second time in the backward pass instead of being kept:
 * a third more work for a fraction of the memory.
 */
export function shouldRecompute(
  { kernels, memoryBytes }: Device,
  parameters: HyperParameters,
  tokens: number,
): boolean {
  const keepsWeights = !attendsByKernel(kernels, parameters);
  return activationBytes(tokens, parameters, keepsWeights) > memoryBytes * activationShare;
}
