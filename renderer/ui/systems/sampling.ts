import { samplingSchema, type Sampling } from '../../../shared/domain/identity.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';

/** LIMA's sampling settings (section 4.1): temperature 0.7, nucleus 0.9, penalty 1.2, 2,048 tokens. */
export const limaSampling: Sampling = samplingSchema.parse({});

/** True when nothing but the seed differs from LIMA's settings. */
export function isLimaSampling(sampling: Sampling): boolean {
  return samplingDifferences({ ...sampling, seed: limaSampling.seed }, limaSampling).length === 0;
}

const names: Record<keyof Sampling, string> = {
  temperature: 'temperature',
  topP: 'top-p',
  topK: 'top-k',
  minP: 'min-p',
  repeatPenalty: 'repetition penalty',
  maxTokens: 'token limit',
  seed: 'seed',
};
const keys = samplingSchema.keyof().options;

/** The settings that differ, in words: "temperature 0.7, asked for 1". */
export function samplingDifferences(actual: Sampling, asked: Sampling): string[] {
  return keys
    .filter((key) => Math.abs(actual[key] - asked[key]) > 1e-6)
    .map((key) => `${names[key]} ${actual[key]}, asked for ${asked[key]}`);
}

/** The settings in one line, those that are off left out; the seed is not part of it. */
export function describeSampling(sampling: Sampling): string {
  const settings = [`T ${sampling.temperature}`, `top-p ${sampling.topP}`];
  if (sampling.topK > 0) settings.push(`top-k ${sampling.topK}`);
  if (sampling.minP > 0) settings.push(`min-p ${sampling.minP}`);
  settings.push(`penalty ${sampling.repeatPenalty}`);
  return [...settings, `≤ ${formatQuantity(sampling.maxTokens, 'token')}`].join(' · ');
}

/** Why each unusable setting cannot be used, in words for a person; empty when all can. */
export function samplingProblems(sampling: Sampling): Partial<Record<keyof Sampling, string>> {
  const parsed = samplingSchema.safeParse(sampling);
  if (parsed.success) return {};
  const problems: Partial<Record<keyof Sampling, string>> = {};
  for (const key of keys)
    if (parsed.error.issues.some((issue) => issue.path[0] === key)) problems[key] = ranges[key];
  return problems;
}

const ranges: Record<keyof Sampling, string> = {
  temperature: 'From 0 to 5.',
  topP: 'Above 0, at most 1.',
  topK: 'A whole number from 0 (off) to 100,000.',
  minP: 'From 0 (off) to 1.',
  repeatPenalty: 'From 0.1 to 5; 1 is off.',
  maxTokens: 'A whole number from 1 to 131,072.',
  seed: 'A whole number from 0 to 4,294,967,295.',
};

/** A seed nobody chose. */
export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
