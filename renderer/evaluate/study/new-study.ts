import type { PromptSet } from '../../../shared/domain/evaluate/evaluation.ts';
import {
  hasImportedAnswers,
  hasWeights,
  isEndpointSystem,
  type Contestant,
} from '../../../shared/domain/identity.ts';
import { freeStudyName, studyPairs, type StudyDesign } from '../../../shared/domain/study/study.ts';
import type { StudyPlan } from '../../../shared/report/study/study-words.ts';
import { baseOf, newestSystem, systemProblem } from '../../ui/systems/systems.ts';
import {
  askedOf,
  endpointProblem,
  firstDraft,
  generationObstacle,
  isNoAmount,
  isSameContestant,
  type GenerationDraft,
  type PromptAmount,
} from '../new/form-checks.ts';
import type { FormLists } from '../new/form-lists.tsx';

/** What is typed into the form. */
export interface StudyDraft extends GenerationDraft, PromptAmount {
  name: string;
  design: StudyDesign;
  /** The focus first. */
  systems: Contestant[];
  promptSetIds: string[];
  overlapPercent: number;
  calibrationItems: number;
}

/** What the form is checked against. */
export interface StudyContext extends Omit<FormLists, 'evaluations'> {
  /** Evaluations and studies: none of them may have the name. */
  taken: readonly { name: string }[];
}

/**
 * The form before anybody typed: the newest adapter against its base, on the project's prompt set.
 * Without a model the first imported answers.
 */
export function studyDraftFor({
  available,
  sets,
  answers,
  taken,
  defaults,
}: StudyContext): StudyDraft {
  const newest = newestSystem(available);
  const imported = answers.slice(0, 2).map(({ id }) => ({ answersId: id }));
  const setId = defaults.promptSetId?.value ?? sets[0]?.id;
  return {
    name: freeStudyName(taken),
    design: 'focus',
    systems: newest ? [newest, baseOf(newest)] : imported,
    promptSetIds: setId === undefined ? [] : [setId],
    ...firstDraft(defaults),
    overlapPercent: 100,
    calibrationItems: 0,
  };
}

/** What is not in the study yet: a model, else imported answers; else the last one once more, to be changed. */
export function nextSystem(
  systems: readonly Contestant[],
  { available: { models }, answers }: Pick<StudyContext, 'available' | 'answers'>,
): Contestant {
  const unused = models.find(
    ({ id }) => !systems.some((one) => hasWeights(one) && one.modelId === id),
  );
  if (unused) return { modelId: unused.id, checkpointId: null, strength: 1 };
  const others = answers.find(
    ({ id }) => !systems.some((one) => hasImportedAnswers(one) && one.answersId === id),
  );
  return others ? { answersId: others.id } : (systems.at(-1) ?? { answersId: '' });
}

/** How many answers and comparisons the study would be. */
export function studyPlan(draft: StudyDraft, sets: readonly PromptSet[]): StudyPlan {
  const prompts = draft.promptSetIds.reduce((sum, id) => {
    const all = sets.find((set) => set.id === id)?.prompts ?? 0;
    return sum + askedOf(all, draft);
  }, 0);
  const pairs = studyPairs(draft.design, draft.systems.length).length;
  // Imported ones are there already.
  const generating = draft.systems.filter((system) => !hasImportedAnswers(system));
  return { pairs, answers: prompts * generating.length, comparisons: prompts * pairs };
}

const mostSystems = 20;

/** The first reason why the study cannot start, for a person; `undefined` when it can. */
export function studyObstacle(draft: StudyDraft, context: StudyContext): string | undefined {
  return (
    nameObstacle(draft.name.trim(), context) ??
    promptsObstacle(draft, context) ??
    systemsObstacle(draft, context) ??
    generationObstacle(draft, 'The seed') ??
    queueObstacle(draft)
  );
}

function nameObstacle(name: string, { taken }: StudyContext): string | undefined {
  if (name === '') return 'Give the study a name.';
  return taken.some((other) => other.name === name)
    ? `There is an evaluation or a study “${name}” already.`
    : undefined;
}

function promptsObstacle(draft: StudyDraft, { sets }: StudyContext): string | undefined {
  if (sets.length === 0) return 'Import a prompt set first.';
  if (!sets.some(({ id }) => draft.promptSetIds.includes(id))) return 'Choose a prompt set.';
  return isNoAmount(draft) ? 'Ask at least one prompt of each set.' : undefined;
}

function systemsObstacle({ systems, design }: StudyDraft, context: StudyContext) {
  if (systems.length < 2) return 'Add a system: a study compares two or more.';
  if (systems.length > mostSystems) return `A study compares at most ${mostSystems} systems.`;
  for (const [at, system] of systems.entries()) {
    const name = design === 'focus' && at === 0 ? 'The focus' : `System ${at + 1}`;
    const problem = problemOf(system, context);
    if (problem !== undefined) return `${name}: ${problem}`;
    const before = systems.slice(0, at).findIndex((other) => isSameContestant(other, system));
    if (before !== -1) return `System ${at + 1} is the same as system ${before + 1}: change one.`;
  }
  return undefined;
}

function problemOf(
  system: Contestant,
  { available, answers, network }: StudyContext,
): string | undefined {
  if (isEndpointSystem(system)) return endpointProblem(system, network);
  if (!hasImportedAnswers(system)) return systemProblem(available, system);
  const isThere = answers.some(({ id }) => id === system.answersId);
  return isThere ? undefined : 'Choose imported answers that are there.';
}

function queueObstacle({ overlapPercent, calibrationItems }: StudyDraft): string | undefined {
  if (!Number.isInteger(overlapPercent) || overlapPercent < 0 || overlapPercent > 100)
    return 'The share for everybody is a whole percentage from 0 to 100.';
  if (!Number.isInteger(calibrationItems) || calibrationItems < 0 || calibrationItems > 1000)
    return 'Calibration takes 0 to 1,000 pairs.';
  return undefined;
}
