import { create } from 'zustand';
import { everyRun, type RunFilter } from '../../shared/domain/runs/run-filter.ts';
import { mostCompared } from '../../shared/domain/runs/run-comparison.ts';
import type { RecipePreset } from '../../shared/domain/recipe/recipe-presets.ts';
import { checkedRecipeSchema, type Recipe } from '../../shared/domain/recipe/recipe.ts';
import type { Run } from '../../shared/domain/run.ts';
import { draftOf, type RecipeDraft } from './recipe/recipe-draft.ts';
import type { RecipeKey } from './recipe/recipe-fields.ts';

/** What the right side shows; `null` until a person chose: the newest run, or the form. */
export type Selection =
  | { kind: 'form' }
  | { kind: 'xray' }
  | { kind: 'run'; id: string }
  | { kind: 'compare'; ids: readonly string[] };

/** What the recipe of the form began as: what is changed is told, and reset, against it. */
export interface RecipeStart {
  /** A preset's name, or words such as “The project’s recipe”. */
  name: string;
  draft: RecipeDraft;
}

/** The start of a form that nothing else was chosen for. */
export const defaultStart: RecipeStart = { name: 'Defaults', draft: draftOf() };

/** What the start is called that a project brings along. */
export const projectStartName = 'The project’s recipe';

interface TrainState {
  selection: Selection | null;
  filter: RunFilter;
  modelId: string | null;
  datasetId: string | null;
  runName: string;
  /** The file of the adapter that the recipe goes on from, where it is none of the project. */
  adapterFile: { path: string; sha256: string } | null;
  /** An adapter that was trained on another base is taken, too. */
  otherBase: boolean;
  /** `none`, `built-in`, or the id of a prompt set. */
  probe: string;
  draft: RecipeDraft;
  start: RecipeStart;
  /** False while the draft is the one that the project's forms begin with. */
  isDraftChosen: boolean;
  /** The job that reads a model file, shown in the model picker until it ended. */
  modelJobId: string | null;
}

/** UI state of the Train tab: what is chosen and the form that is being filled in. */
export const useTrain = create<TrainState>(() => ({
  selection: null,
  filter: everyRun,
  modelId: null,
  datasetId: null,
  runName: '',
  adapterFile: null,
  otherBase: false,
  probe: 'none',
  draft: defaultStart.draft,
  start: defaultStart,
  isDraftChosen: false,
  modelJobId: null,
}));

/** Shows the form as it was left. */
export function showForm(): void {
  useTrain.setState({ selection: { kind: 'form' } });
}

/** Shows the Token X-ray in place of everything else in the tab. */
export function showXray(): void {
  useTrain.setState({ selection: { kind: 'xray' } });
}

/** Shows a run. */
export function showRun(id: string): void {
  useTrain.setState({ selection: { kind: 'run', id } });
}

/** Compares runs, beginning with the one that is shown, or goes back to it. */
export function toggleComparing(shown: Selection): void {
  if (shown.kind === 'compare') {
    const [id] = shown.ids;
    useTrain.setState({ selection: id === undefined ? null : { kind: 'run', id } });
  } else
    useTrain.setState({
      selection: { kind: 'compare', ids: shown.kind === 'run' ? [shown.id] : [] },
    });
}

/** Takes a run into the comparison, as long as there is a colour for it, or out of it. */
export function toggleCompared(ids: readonly string[], id: string): void {
  const others = ids.filter((other) => other !== id);
  if (others.length === ids.length && ids.length >= mostCompared) return;
  const next = others.length < ids.length ? others : [...ids, id];
  useTrain.setState({ selection: { kind: 'compare', ids: next } });
}

/** Changes which runs the list shows. */
export function filterList(change: Partial<RunFilter>): void {
  useTrain.setState(({ filter }) => ({ filter: { ...filter, ...change } }));
}

/** Changes one recipe field. */
export function setField(key: RecipeKey, text: string): void {
  useTrain.setState(({ draft }) => ({ draft: { ...draft, [key]: text }, isDraftChosen: true }));
}

/** What of a recipe an adapter decides, and its hash. */
type AdapterShape = Pick<Recipe, 'rank' | 'alpha' | 'targets'> &
  Partial<Pick<Recipe, 'loraScaling'>> &
  Pick<Recipe, 'chatTemplate'> & { sha256: string };

/** Goes on from an adapter, whose shape the recipe takes over, or from none. */
export function chooseAdapter(adapter: AdapterShape | null, path?: string): void {
  useTrain.setState(({ draft }) => {
    if (!adapter)
      return { draft: { ...draft, fromAdapter: '' }, isDraftChosen: true, adapterFile: null };
    const { rank, alpha, targets, loraScaling = 'standard', chatTemplate, sha256 } = adapter;
    const shape = { rank: String(rank), alpha: String(alpha), targets, loraScaling };
    return {
      draft: {
        ...draft,
        ...shape,
        ...(chatTemplate !== '' && { chatTemplate }),
        fromAdapter: sha256,
      },
      isDraftChosen: true,
      adapterFile: path === undefined ? null : { path, sha256 },
    };
  });
}

/** One recipe field back to what it began as. */
export function resetField(key: RecipeKey): void {
  setField(key, useTrain.getState().start.draft[key]);
}

/** Every recipe field back to what it began as. */
export function resetRecipe(): void {
  useTrain.setState(({ start }) => ({ draft: start.draft, isDraftChosen: true }));
}

/** Takes over the defaults. */
export function chooseDefaults(): void {
  useTrain.setState({ draft: defaultStart.draft, start: defaultStart, isDraftChosen: true });
}

/** Takes over a recipe that comes with the application. */
export function applyPreset({ name, recipe }: RecipePreset): void {
  chooseRecipe(checkedRecipeSchema.parse(recipe), name);
}

/** Takes over the recipe of a run. */
export function copyRecipe(run: Run): void {
  chooseRecipe(run.recipe, `Run ${run.name}`);
}

/** Takes over a recipe as it is; it is called `name` from now on. */
export function chooseRecipe(recipe: Recipe, name: string): void {
  const draft = draftOf(recipe);
  useTrain.setState({ draft, start: { name, draft }, isDraftChosen: true });
}

/** Begins with the recipe of the project, or with the defaults where it has none. */
export function beginWith(recipe: Recipe | undefined): void {
  const draft = draftOf(recipe);
  const start = recipe === undefined ? defaultStart : { name: projectStartName, draft };
  useTrain.setState({ draft, start, isDraftChosen: false });
}

/** Opens the form as it was left, with another dataset. */
export function showFormFor(datasetId: string | null): void {
  const chosen = datasetId === null ? {} : { datasetId };
  useTrain.setState({ selection: { kind: 'form' }, ...chosen });
}

/** Opens the form with everything a run was started with; the name is left to be made anew. */
export function startAgain(run: Run): void {
  const { modelId, datasetId } = run;
  copyRecipe(run);
  useTrain.setState({ selection: { kind: 'form' }, modelId, datasetId, runName: '' });
}

/** Forgets everything: the tab is mounted anew for each project. */
export function forgetProject(): void {
  useTrain.setState(useTrain.getInitialState());
}
