import { formatQuantity } from '../../../shared/text/numbers.ts';
import { countTrained } from '../../../shared/domain/training-counts.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';

/** Limits that a model sets on its samples. */
export interface SampleLimits {
  vocabularySize: number;
  contextLength: number;
}

/**
 * Returns the samples that have anything to train on. Throws SAMPLE_INVALID for one that ggml
 * would abort on or the model cannot hold, and NOTHING_TO_TRAIN when none is left.
 */
export function usableSamples(
  samples: readonly EncodedSample[],
  limits: SampleLimits,
): EncodedSample[] {
  for (const sample of samples) requireValid(sample, limits);
  const usable = samples.filter((sample) => countTrained(sample) > 0);
  if (usable.length === 0)
    throw new TrainerError(
      'NOTHING_TO_TRAIN',
      `Of ${formatQuantity(samples.length, 'sample')} none has a token to train on. Check that they end with ` +
        `an answer and that maxTokens does not cut it off.`,
    );
  return usable;
}

/**
 * Returns the held-out samples with a token whose loss can be taken. Throws SAMPLE_INVALID as
 * `usableSamples` does, and for one that is trained on, since its loss would measure memory.
 */
export function usableDevSamples(
  devSamples: readonly EncodedSample[],
  samples: readonly EncodedSample[],
  limits: SampleLimits,
): EncodedSample[] {
  const trainedIds = new Set(samples.map(({ id }) => id));
  for (const sample of devSamples) {
    requireValid(sample, limits);
    if (trainedIds.has(sample.id))
      throw invalidSample(sample.id, 'it is held out for the dev loss as well');
  }
  return devSamples.filter((sample) => countTrained(sample) > 0);
}

function requireValid({ id, tokens, trained }: EncodedSample, limits: SampleLimits): void {
  const { vocabularySize, contextLength } = limits;
  const invalid = (problem: string) => invalidSample(id, problem);
  if (tokens.length !== trained.length)
    throw invalid(`it has ${tokens.length} tokens and ${trained.length} marks`);
  if (tokens.length > contextLength)
    throw invalid(
      `it has ${tokens.length} tokens and the model's context holds ${contextLength}; ` +
        `lower maxTokens to ${contextLength}`,
    );
  const stray = tokens.find((token) => token < 0 || token >= vocabularySize);
  if (stray !== undefined)
    throw invalid(`its token ${stray} is not in the model's vocabulary of ${vocabularySize}`);
}

const invalidSample = (id: string, problem: string) =>
  new TrainerError('SAMPLE_INVALID', `The sample ${id} cannot be trained on: ${problem}.`, { id });
