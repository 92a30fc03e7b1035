import type { AnswersOfFile, PromptSet } from '../../../shared/domain/evaluation.ts';
import {
  hasImportedAnswers,
  type Contestant,
  type Sampling,
} from '../../../shared/domain/identity.ts';
import type { ProjectDefaults } from '../../../shared/domain/project/project-defaults.ts';
import { freeStudyName, studyPairs, type StudyDesign } from '../../../shared/domain/study/study.ts';
import type { StudyPlan } from '../../../shared/report/study/study-words.ts';
import { limaSampling, samplingProblems } from '../../ui/systems/sampling.ts';
import {
  baseOf,
  isSameSystem,
  newestSystem,
  systemProblem,
  type AvailableModels,
} from '../../ui/systems/systems.ts';

/** What is typed into the form; `prompts` counts only while `usesAll` is off. */
export interface StudyDraft {
  name: string;
  design: StudyDesign;
  /** The focus first. */
  systems: Contestant[];
  promptSetIds: string[];
  usesAll: boolean;
  prompts: number;
  overlapPercent: number;
  calibrationItems: number;
  sampling: Sampling;
  parallel: number;
  seed: number;
}

/** What the form is checked against. */
export interface StudyContext {
  available: AvailableModels;
  sets: readonly PromptSet[];
  answers: readonly AnswersOfFile[];
  /** Evaluations and studies: none of them may have the name. */
  taken: readonly { name: string }[];
  defaults: ProjectDefaults;
}

/** The form before anybody typed: the newest adapter against its base, on the project's prompt set. */
export function studyDraftFor({ available, sets, taken, defaults }: StudyContext): StudyDraft {
  const newest = newestSystem(available);
  const setId = defaults.promptSetId?.value ?? sets[0]?.id;
  return {
    name: freeStudyName(taken),
    design: 'focus',
    systems: newest ? [newest, baseOf(newest)] : [],
    promptSetIds: setId === undefined ? [] : [setId],
    usesAll: true,
    prompts: 50,
    overlapPercent: 100,
    calibrationItems: 0,
    sampling: defaults.sampling?.value ?? limaSampling,
    parallel: 16,
    seed: 42,
  };
}

/** How many answers and comparisons the study would be. */
export function studyPlan(draft: StudyDraft, sets: readonly PromptSet[]): StudyPlan {
  const prompts = draft.promptSetIds.reduce((sum, id) => {
    const all = sets.find((set) => set.id === id)?.prompts ?? 0;
    return sum + (draft.usesAll ? all : Math.min(all, draft.prompts));
  }, 0);
  const pairs = studyPairs(draft.design, draft.systems.length).length;
  // Imported ones are there already.
  const generating = draft.systems.filter((system) => !hasImportedAnswers(system));
  return { pairs, answers: prompts * generating.length, comparisons: prompts * pairs };
}

const mostSystems = 20;
const largestSeed = 4_294_967_295;

/** The first reason why the study cannot start, for a person; `undefined` when it can. */
export function studyObstacle(draft: StudyDraft, context: StudyContext): string | undefined {
  return (
    nameObstacle(draft.name.trim(), context) ??
    promptsObstacle(draft, context) ??
    systemsObstacle(draft, context) ??
    numbersObstacle(draft)
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
  if (!draft.usesAll && !(Number.isInteger(draft.prompts) && draft.prompts >= 1))
    return 'Ask at least one prompt of each set.';
  return undefined;
}

function systemsObstacle({ systems, design }: StudyDraft, context: StudyContext) {
  if (systems.length < 2) return 'Add a system: a study compares two or more.';
  if (systems.length > mostSystems) return `A study compares at most ${mostSystems} systems.`;
  for (const [at, system] of systems.entries()) {
    const name = design === 'focus' && at === 0 ? 'The focus' : `System ${at + 1}`;
    const problem = problemOf(system, context);
    if (problem !== undefined) return `${name}: ${problem}`;
    const before = systems.slice(0, at).findIndex((other) => isSame(other, system));
    if (before !== -1) return `System ${at + 1} is the same as system ${before + 1}: change one.`;
  }
  return undefined;
}

function problemOf(system: Contestant, { available, answers }: StudyContext): string | undefined {
  if (!hasImportedAnswers(system)) return systemProblem(available, system);
  const isThere = answers.some(({ id }) => id === system.answersId);
  return isThere ? undefined : 'Choose imported answers that are there.';
}

const isSame = (one: Contestant, other: Contestant): boolean =>
  hasImportedAnswers(one) || hasImportedAnswers(other)
    ? JSON.stringify(one) === JSON.stringify(other)
    : isSameSystem(one, other);

function numbersObstacle(draft: StudyDraft): string | undefined {
  const { overlapPercent, calibrationItems, parallel, seed } = draft;
  if (Object.keys(samplingProblems(draft.sampling)).length > 0)
    return 'Correct the sampling settings.';
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > 64)
    return 'Answer 1 to 64 prompts at a time.';
  if (!Number.isInteger(seed) || seed < 0 || seed > largestSeed)
    return 'The seed is a whole number from 0 to 4,294,967,295.';
  if (!Number.isInteger(overlapPercent) || overlapPercent < 0 || overlapPercent > 100)
    return 'The share for everybody is a whole percentage from 0 to 100.';
  if (!Number.isInteger(calibrationItems) || calibrationItems < 0 || calibrationItems > 1000)
    return 'Calibration takes 0 to 1,000 pairs.';
  return undefined;
}
