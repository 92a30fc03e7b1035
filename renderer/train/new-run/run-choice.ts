import type { Dataset } from '../../../shared/domain/dataset.ts';
import {
  devSampleCount,
  devShareProblem,
  maySamplesGrow,
  warmupProblem,
} from '../../../shared/domain/training-counts.ts';
import type { Model } from '../../../shared/domain/model/model.ts';
import type { ProbeInput } from '../../../shared/domain/runs/probe.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import { holdsWholeModel, type Checkpoint, type Run } from '../../../shared/domain/run.ts';
import { offeredCheckpoint } from '../../../shared/text/model-names.ts';

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

interface ListedRun extends Pick<Run, 'baseSha256'> {
  checkpoints: readonly Pick<
    Checkpoint,
    'runName' | 'epoch' | 'sha256' | 'path' | 'isDeleted' | 'isPicked'
  >[];
}

/** Every adapter by its hash, newest run first, of each the picked one and then its last epoch; equal ones once. */
export function adapterOptions(
  runs: readonly ListedRun[],
  model: Pick<Model, 'sha256'> | undefined,
): { value: string; label: string; isOfOther: boolean }[] {
  const options = runs.flatMap(({ baseSha256, checkpoints }) => {
    const isOfOther = model !== undefined && model.sha256 !== baseSha256;
    return checkpoints
      .filter(({ isDeleted, path }) => !isDeleted && !holdsWholeModel(path))
      .toReversed()
      .toSorted((p, q) => Number(q.isPicked) - Number(p.isPicked))
      .map((checkpoint) => ({
        value: checkpoint.sha256,
        label: offeredCheckpoint(checkpoint) + (isOfOther ? ' (of another base)' : ''),
        isOfOther,
      }));
  });
  const byHash = Map.groupBy(options, ({ value }) => value);
  return [...byHash.values()].flatMap((equal) => equal.slice(0, 1));
}

/** How the start of a run names the adapter that its recipe goes on from, if it does. */
export function adapterInput(
  { fromAdapter }: Pick<Recipe, 'fromAdapter'>,
  file: { path: string; sha256: string } | null,
  otherBase: boolean,
): { adapterPath?: string; otherBase?: boolean } {
  if (fromAdapter === '') return {};
  return { otherBase, ...(file?.sha256 === fromAdapter && { adapterPath: file.path }) };
}

interface StartConditions {
  model: Model | undefined;
  dataset: Dataset | undefined;
  /** `null` while a field is wrong. */
  recipe: Recipe | null;
  isTaken: boolean;
  /** Samples that the trainer gets, where they were encoded; else `null`. */
  samples: number | null;
}

/** What the start button says: the first thing that is missing, or that it can start. */
export function startLabel(conditions: StartConditions): { label: string; isReady: boolean } {
  const { model, dataset, recipe, isTaken, samples } = conditions;
  if (!model) return missing('Choose a model');
  if (model.isFromElsewhere) return missing('Confirm the model file');
  if (model.isMissing) return missing('Locate the model file');
  if (model.info.trainable !== 'yes') return missing('Choose a model that can be trained');
  if (!dataset) return missing('Choose a dataset');
  if (!recipe) return missing('Correct the marked settings');
  if (devShareProblem(dataset.samples, recipe.devShare) !== '')
    return missing('Hold nothing out of one sample');
  const trained = samples ?? certainSamples(dataset, recipe);
  if (trained !== null && warmupProblem(trained, recipe) !== '')
    return missing('Warm up in fewer steps than the run has');
  if (isTaken) return missing('Choose another name');
  return { label: 'Start training', isReady: true };
}

const certainSamples = ({ samples }: Dataset, recipe: Recipe): number | null =>
  maySamplesGrow(recipe) ? null : samples - devSampleCount(samples, recipe.devShare);

const missing = (label: string) => ({ label, isReady: false });
