import { hasWeights, type Contestant, type Sampling } from '../../../shared/domain/identity.ts';
import type { NetworkStatus } from '../../../shared/contract/network.ts';
import type { EndpointSystem } from '../../../shared/domain/endpoint.ts';
import type { ProjectDefaults } from '../../../shared/domain/project/project-defaults.ts';
import { limaSampling, samplingProblems } from '../../ui/systems/sampling.ts';
import { isSameSystem } from '../../ui/systems/systems.ts';

/** How answers are made, as it is typed. */
export interface GenerationDraft {
  sampling: Sampling;
  parallel: number;
  seed: number;
  /** Whether voters may say that both answers are bad. */
  bothBad: boolean;
}

/** How many prompts of a set, as it is typed; `prompts` counts only while `usesAll` is off. */
export interface PromptAmount {
  usesAll: boolean;
  prompts: number;
}

const largestSeed = 4_294_967_295;

/** Both, before anybody typed. */
export const firstDraft = ({ sampling }: ProjectDefaults): GenerationDraft & PromptAmount => ({
  usesAll: true,
  prompts: 50,
  sampling: sampling?.value ?? limaSampling,
  parallel: 16,
  seed: 42,
  bothBad: false,
});

/** How many prompts of a set with so many are asked. */
export const askedOf = (all: number, { usesAll, prompts }: PromptAmount): number =>
  usesAll ? all : Math.min(all, prompts);

/** True of no prompt at all, and of a part of one. */
export const isNoAmount = ({ usesAll, prompts }: PromptAmount): boolean =>
  !usesAll && !(Number.isInteger(prompts) && prompts >= 1);

/** The first thing that is wrong with how answers are made; `seedName` begins a sentence. */
export function generationObstacle(
  { sampling, parallel, seed }: GenerationDraft,
  seedName: string,
): string | undefined {
  if (Object.keys(samplingProblems(sampling)).length > 0) return 'Correct the sampling settings.';
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > 64)
    return 'Answer 1 to 64 prompts at a time.';
  if (!Number.isInteger(seed) || seed < 0 || seed > largestSeed)
    return `${seedName} is a whole number from 0 to 4,294,967,295.`;
  return undefined;
}

/** An endpoint as it is first offered: the first that was added, without a model yet. */
export const firstEndpoint = ({ endpoints }: NetworkStatus): EndpointSystem => ({
  endpoint: { baseUrl: endpoints[0]?.baseUrl ?? '', model: '' },
});

/** What is in the way of asking an endpoint; undefined when nothing is. */
export function endpointProblem(
  { endpoint: { baseUrl, model } }: EndpointSystem,
  network: NetworkStatus,
): string | undefined {
  if (!network.isEnabled) return 'Network is off for this project: turn it on first.';
  if (!network.endpoints.some((known) => known.baseUrl === baseUrl))
    return 'Add the endpoint first.';
  return model === '' ? 'Name a model of the endpoint.' : undefined;
}

/** Whether two contestants would give the same answers. */
export const isSameContestant = (one: Contestant, other: Contestant): boolean =>
  hasWeights(one) && hasWeights(other)
    ? isSameSystem(one, other)
    : JSON.stringify(one) === JSON.stringify(other);
