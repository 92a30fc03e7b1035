import {
  hasImportedAnswers,
  isEndpointSystem,
  type Contestant,
} from '../../../shared/domain/identity.ts';
import { freeName, type PromptSet } from '../../../shared/domain/evaluate/evaluation.ts';
import type { WantedEvaluation } from '../../ui/navigation.ts';
import { baseOf, newestSystem, systemProblem } from '../../ui/systems/systems.ts';
import {
  askedOf,
  endpointProblem,
  firstEndpoint,
  firstDraft,
  generationObstacle,
  isNoAmount,
  isSameContestant,
  type GenerationDraft,
  type PromptAmount,
} from './form-checks.ts';
import type { FormLists } from './form-lists.tsx';

/** What is typed into the form. */
export interface EvaluationDraft extends GenerationDraft, PromptAmount {
  name: string;
  promptSetId: string;
  a: Contestant | null;
  b: Contestant | null;
}

/** The form before anybody typed: what was asked for, what the project keeps, the general defaults. */
export function draftFor(
  { available, sets, evaluations, answers, network, defaults }: FormLists,
  promptSetId: string | undefined,
  wanted: WantedEvaluation | undefined,
): EvaluationDraft {
  const newest = newestSystem(available);
  const others = network.endpoints.length > 0 ? [firstEndpoint(network)] : [];
  const [first = null, second = null] = [
    ...answers.map(({ id }) => ({ answersId: id })),
    ...others,
  ];
  return {
    name: freeName(evaluations),
    promptSetId:
      promptSetId ?? dialoguesOf(sets, wanted) ?? defaults.promptSetId?.value ?? sets[0]?.id ?? '',
    ...firstDraft(defaults),
    a: wanted?.a ?? newest ?? first,
    b: wanted?.b ?? (newest ? baseOf(newest) : second),
  };
}

/** The newest set of dialogues, where dialogues are to be compared; else the newest that has some. */
function dialoguesOf(
  sets: readonly PromptSet[],
  wanted: WantedEvaluation | undefined,
): string | undefined {
  if (!wanted?.asksDialogues) return undefined;
  const found = sets.find(({ prompts, dialogues }) => dialogues === prompts && prompts > 0);
  return (found ?? sets.find(({ dialogues }) => dialogues > 0))?.id;
}

/** How many prompts would be compared. */
export function plannedComparisons(draft: EvaluationDraft, sets: readonly PromptSet[]): number {
  const available = sets.find(({ id }) => id === draft.promptSetId)?.prompts ?? 0;
  return askedOf(available, draft);
}

/** How many answers the systems would give: imported ones are there already. */
export function plannedAnswers(draft: EvaluationDraft, sets: readonly PromptSet[]): number {
  const generating = [draft.a, draft.b].filter((system) => system && !hasImportedAnswers(system));
  return generating.length * plannedComparisons(draft, sets);
}

/** The first reason why the evaluation cannot start, for a person; `undefined` when it can. */
export function startObstacle(draft: EvaluationDraft, context: FormLists): string | undefined {
  return (
    nameObstacle(draft.name.trim(), context) ??
    promptsObstacle(draft, context) ??
    systemsObstacle(draft, context) ??
    generationObstacle(draft, 'The seed of sides')
  );
}

function nameObstacle(name: string, { evaluations }: FormLists): string | undefined {
  if (name === '') return 'Give the evaluation a name.';
  if (evaluations.some((other) => other.name === name))
    return `There is an evaluation “${name}” already.`;
  return undefined;
}

function promptsObstacle(draft: EvaluationDraft, { sets }: FormLists): string | undefined {
  if (sets.length === 0) return 'Import a prompt set first.';
  if (!sets.some(({ id }) => id === draft.promptSetId)) return 'Choose a prompt set.';
  return isNoAmount(draft) ? 'Compare at least one prompt.' : undefined;
}

function systemsObstacle(draft: EvaluationDraft, context: FormLists) {
  const { a, b } = draft;
  if (!a || !b) return 'Add a base model first.';
  const problem = (key: string, system: Contestant) => {
    const found = problemOf(system, draft, context);
    return found === undefined ? undefined : `System ${key}: ${found}`;
  };
  const same = isSameContestant(a, b) ? 'Both systems are the same: choose two.' : undefined;
  return problem('A', a) ?? problem('B', b) ?? same;
}

function problemOf(system: Contestant, draft: EvaluationDraft, context: FormLists) {
  if (hasImportedAnswers(system)) return answersProblem(system.answersId, draft, context);
  return isEndpointSystem(system)
    ? endpointProblem(system, context.network)
    : systemProblem(context.available, system);
}

function answersProblem(
  answersId: string,
  { promptSetId }: EvaluationDraft,
  { answers }: FormLists,
): string | undefined {
  const chosen = answers.find(({ id }) => id === answersId);
  if (!chosen) return 'Choose imported answers that are there.';
  if (chosen.sets.some((set) => set.promptSetId === promptSetId)) return undefined;
  return `“${chosen.name}” has no answer to a prompt of this set.`;
}
