import type { Dataset } from '../../../shared/domain/dataset.ts';
import { devShareProblem, warmupProblem } from '../../../shared/domain/training-counts.ts';
import type { Model } from '../../../shared/domain/model.ts';
import type { ProbeInput } from '../../../shared/domain/probe.ts';
import type { Recipe } from '../../../shared/domain/recipe.ts';

/** The chosen one of a list; until a person chose, the only one that can be, if there is just one. */
export function chosenOrOnly<Item extends { id: string }>(
  list: readonly Item[] = [],
  chosenId: string | null,
  canBeChosen: (item: Item) => boolean = () => true,
): Item | undefined {
  if (chosenId !== null) return list.find(({ id }) => id === chosenId);
  const [only, another] = list.filter(canBeChosen);
  return another ? undefined : only;
}

/** The chosen one of a list that begins with the newest; until a person chose, that. */
export const chosenOrNewest = <Item extends { id: string }>(
  list: readonly Item[] = [],
  chosenId: string | null,
): Item | undefined => (chosenId === null ? list[0] : list.find(({ id }) => id === chosenId));

/** Whether a run can start with the model. */
export const canTrain = ({ info, isMissing }: Model): boolean =>
  info.trainable === 'yes' && !isMissing;

/** The chosen probe prompts as the start of a run takes them; nothing is asked without any. */
export function probeInput(probe: string): { probe?: ProbeInput } {
  if (probe === 'none') return {};
  return { probe: { promptSetId: probe === 'built-in' ? null : probe } };
}

interface StartConditions {
  model: Model | undefined;
  dataset: Dataset | undefined;
  /** `null` while a field is wrong. */
  recipe: Recipe | null;
  isTaken: boolean;
}

/** What the start button says: the first thing that is missing, or that it can start. */
export function startLabel(conditions: StartConditions): { label: string; isReady: boolean } {
  const { model, dataset, recipe, isTaken } = conditions;
  if (!model) return missing('Choose a model');
  if (model.isFromElsewhere) return missing('Confirm the model file');
  if (model.isMissing) return missing('Locate the model file');
  if (model.info.trainable !== 'yes') return missing('Choose a model that can be trained');
  if (!dataset) return missing('Choose a dataset');
  if (!recipe) return missing('Correct the marked settings');
  if (devShareProblem(dataset.samples, recipe.devShare) !== '')
    return missing('Hold nothing out of one sample');
  if (warmupProblem(dataset.samples, recipe) !== '')
    return missing('Warm up in fewer steps than the run has');
  if (isTaken) return missing('Choose another name');
  return { label: 'Start training', isReady: true };
}

const missing = (label: string) => ({ label, isReady: false });
