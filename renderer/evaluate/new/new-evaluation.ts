import type { EvaluationSummary } from '../../../shared/contract/evaluate.ts';
import {
  hasImportedAnswers,
  type Contestant,
  type Sampling,
} from '../../../shared/domain/identity.ts';
import type { ProjectDefaults } from '../../../shared/domain/project/project-defaults.ts';
import { freeName, type AnswersOfFile, type PromptSet } from '../../../shared/domain/evaluation.ts';
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
  a: Contestant | null;
  b: Contestant | null;
  sampling: Sampling;
  parallel: number;
  seed: number;
}

/** What the form is checked against. */
export interface EvaluationContext {
  available: AvailableModels;
  sets: readonly PromptSet[];
  evaluations: readonly EvaluationSummary[];
  answers: readonly AnswersOfFile[];
  /** What the forms of the project begin with. */
  defaults: ProjectDefaults;
}

const defaultPrompts = 50;

/** The form before anybody typed: what was asked for, what the project keeps, the general defaults. */
export function draftFor(
  { available, sets, evaluations, answers, defaults }: EvaluationContext,
  promptSetId: string | undefined,
  wanted: WantedEvaluation | undefined,
): EvaluationDraft {
  const newest = newestSystem(available);
  const [first = null, second = null] = answers.map(({ id }) => ({ answersId: id }));
  return {
    name: freeName(evaluations),
    promptSetId: promptSetId ?? defaults.promptSetId?.value ?? sets[0]?.id ?? '',
    usesAll: true,
    prompts: defaultPrompts,
    a: wanted?.a ?? newest ?? first,
    b: wanted?.b ?? (newest ? baseOf(newest) : second),
    sampling: defaults.sampling?.value ?? limaSampling,
    parallel: 16,
    seed: 42,
  };
}

const largestSeed = 4_294_967_295;

/** How many prompts would be compared. */
export function plannedComparisons(draft: EvaluationDraft, sets: readonly PromptSet[]): number {
  const available = sets.find(({ id }) => id === draft.promptSetId)?.prompts ?? 0;
  return draft.usesAll ? available : Math.min(available, draft.prompts);
}

/** How many answers the systems would give: imported ones are there already. */
export function plannedAnswers(draft: EvaluationDraft, sets: readonly PromptSet[]): number {
  const generating = [draft.a, draft.b].filter((system) => system && !hasImportedAnswers(system));
  return generating.length * plannedComparisons(draft, sets);
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

function systemsObstacle(draft: EvaluationDraft, context: EvaluationContext) {
  const { a, b } = draft;
  if (!a || !b) return 'Add a base model first.';
  const problem = (key: string, system: Contestant) => {
    const found = hasImportedAnswers(system)
      ? answersProblem(system.answersId, draft, context)
      : systemProblem(context.available, system);
    return found === undefined ? undefined : `System ${key}: ${found}`;
  };
  const isSame =
    hasImportedAnswers(a) || hasImportedAnswers(b)
      ? JSON.stringify(a) === JSON.stringify(b)
      : isSameSystem(a, b);
  const same = isSame ? 'Both systems are the same: choose two.' : undefined;
  return problem('A', a) ?? problem('B', b) ?? same;
}

function answersProblem(
  answersId: string,
  { promptSetId }: EvaluationDraft,
  { answers }: EvaluationContext,
): string | undefined {
  const chosen = answers.find(({ id }) => id === answersId);
  if (!chosen) return 'Choose imported answers that are there.';
  if (chosen.sets.some((set) => set.promptSetId === promptSetId)) return undefined;
  return `“${chosen.name}” has no answer to a prompt of this set.`;
}

function numbersObstacle({ sampling, parallel, seed }: EvaluationDraft): string | undefined {
  if (Object.keys(samplingProblems(sampling)).length > 0) return 'Correct the sampling settings.';
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > 64)
    return 'Answer 1 to 64 prompts at a time.';
  if (!Number.isInteger(seed) || seed < 0 || seed > largestSeed)
    return 'The seed of sides is a whole number from 0 to 4,294,967,295.';
  return undefined;
}
