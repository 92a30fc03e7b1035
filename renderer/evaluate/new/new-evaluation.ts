import type { EvaluationSummary } from '../../../shared/contract/evaluate.ts';
import type { Sampling, SystemSpec } from '../../../shared/domain/identity.ts';
import type { ProjectDefaults } from '../../../shared/domain/project/project-defaults.ts';
import { freeName, type PromptSet } from '../../../shared/domain/evaluation.ts';
import { limaSampling, samplingProblems } from '../../ui/systems/sampling.ts';
import type { WantedEvaluation } from '../../ui/navigation.ts';
import {
  baseOf,
  isSameSystem,
  newestSystem,
  systemProblem,
  type AvailableModels,
} from '../../ui/systems/systems.ts';

/** What is typed into the form; `prompts` counts only while `usesAll` is off. */
export interface EvaluationDraft {
  name: string;
  promptSetId: string;
  usesAll: boolean;
  prompts: number;
  a: SystemSpec | null;
  b: SystemSpec | null;
  sampling: Sampling;
  parallel: number;
  seed: number;
}

/** What the form is checked against. */
export interface EvaluationContext {
  available: AvailableModels;
  sets: readonly PromptSet[];
  evaluations: readonly EvaluationSummary[];
  /** What the forms of the project begin with. */
  defaults: ProjectDefaults;
}

const defaultPrompts = 50;

/** The form before anybody typed: what was asked for, what the project keeps, the general defaults. */
export function draftFor(
  { available, sets, evaluations, defaults }: EvaluationContext,
  promptSetId: string | undefined,
  wanted: WantedEvaluation | undefined,
): EvaluationDraft {
  const newest = newestSystem(available);
  return {
    name: freeName(evaluations),
    promptSetId: promptSetId ?? defaults.promptSetId?.value ?? sets[0]?.id ?? '',
    usesAll: true,
    prompts: defaultPrompts,
    a: wanted?.a ?? newest,
    b: wanted?.b ?? (newest && baseOf(newest)),
    sampling: defaults.sampling?.value ?? limaSampling,
    parallel: 4,
    seed: 42,
  };
}

const largestSeed = 4_294_967_295;

/** How many prompts would be compared. */
export function plannedComparisons(draft: EvaluationDraft, sets: readonly PromptSet[]): number {
  const available = sets.find(({ id }) => id === draft.promptSetId)?.prompts ?? 0;
  return draft.usesAll ? available : Math.min(available, draft.prompts);
}

/** The first reason why the evaluation cannot start, for a person; `undefined` when it can. */
export function startObstacle(
  draft: EvaluationDraft,
  context: EvaluationContext,
): string | undefined {
  return (
    nameObstacle(draft.name.trim(), context) ??
    promptsObstacle(draft, context) ??
    systemsObstacle(draft, context) ??
    numbersObstacle(draft)
  );
}

function nameObstacle(name: string, { evaluations }: EvaluationContext): string | undefined {
  if (name === '') return 'Give the evaluation a name.';
  if (evaluations.some((other) => other.name === name))
    return `There is an evaluation “${name}” already.`;
  return undefined;
}

function promptsObstacle(draft: EvaluationDraft, { sets }: EvaluationContext): string | undefined {
  if (sets.length === 0) return 'Import a prompt set first.';
  if (!sets.some(({ id }) => id === draft.promptSetId)) return 'Choose a prompt set.';
  if (!draft.usesAll && !(Number.isInteger(draft.prompts) && draft.prompts >= 1))
    return 'Compare at least one prompt.';
  return undefined;
}

function systemsObstacle({ a, b }: EvaluationDraft, { available }: EvaluationContext) {
  if (!a || !b) return 'Add a base model first.';
  const problem = (key: string, system: SystemSpec) => {
    const found = systemProblem(available, system);
    return found === undefined ? undefined : `System ${key}: ${found}`;
  };
  const same = isSameSystem(a, b) ? 'Both systems are the same: choose two.' : undefined;
  return problem('A', a) ?? problem('B', b) ?? same;
}

function numbersObstacle({ sampling, parallel, seed }: EvaluationDraft): string | undefined {
  if (Object.keys(samplingProblems(sampling)).length > 0) return 'Correct the sampling settings.';
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > 64)
    return 'Answer 1 to 64 prompts at a time.';
  if (!Number.isInteger(seed) || seed < 0 || seed > largestSeed)
    return 'The seed of sides is a whole number from 0 to 4,294,967,295.';
  return undefined;
}
