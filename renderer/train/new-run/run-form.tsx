import { useEffect } from 'react';
import type { Dataset } from '../../../shared/domain/dataset.ts';
import type { Model } from '../../../shared/domain/model/model.ts';
import { builtInProbePrompts, mostProbePrompts } from '../../../shared/domain/runs/probe.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import { keepsName, type Run } from '../../../shared/domain/run.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useProjectDefaults } from '../../rpc/project.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { EditButton } from '../../ui/edit-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { QueryView } from '../../ui/feedback/states.tsx';
import { TextInput, Select } from '../../ui/inputs/inputs.tsx';
import { checkDraft, draftOf, type RecipeDraft } from '../recipe/recipe-draft.ts';
import { RecipeEditor } from '../recipe/recipe-editor.tsx';
import { beginWith, showRun, useTrain } from '../train-store.ts';
import { XrayButton } from '../xray/xray-button.tsx';
import { CommandPreview } from './command-preview.tsx';
import { DatasetPicker } from './dataset-picker.tsx';
import { DevicesPanel } from './devices-panel.tsx';
import { ModelPicker } from './model-picker.tsx';
import { useSamplesAhead } from './samples-ahead.ts';
import { PlanCard } from './plan-card.tsx';
import { FromAdapterChoice } from './from-adapter-choice.tsx';
import {
  adapterInput,
  canTrain,
  chosenOrNewest,
  chosenOrOnly,
  probeInput,
  startLabel,
} from './run-choice.ts';
import './run-form.css';

/** The form of a new run: model, dataset, recipe, and what will come of it. */
export function RunForm({ runs }: { runs: readonly Run[] }) {
  const defaults = useProjectDefaults();
  return (
    <QueryView query={defaults}>
      {({ recipe }) => <Form runs={runs} projectRecipe={recipe?.value} />}
    </QueryView>
  );
}

/** Keeps the draft what the project begins with, until a person changes it. */
function useProjectRecipe(recipe: Recipe | undefined): RecipeDraft {
  const draft = useTrain((state) => state.draft);
  const isDraftChosen = useTrain((state) => state.isDraftChosen);
  const begins = draftOf(recipe);
  const isBehind = !isDraftChosen && JSON.stringify(draft) !== JSON.stringify(begins);
  useEffect(() => {
    if (isBehind) beginWith(recipe);
  });
  return isBehind ? begins : draft;
}

interface FormProps {
  runs: readonly Run[];
  projectRecipe: Recipe | undefined;
}

function Form({ runs, projectRecipe }: FormProps) {
  const models = useQuery(['models.list'], () => rpc.models.list(), ['models']);
  const datasets = useQuery(['datasets.list'], () => rpc.datasets.list(), ['datasets']);
  const { modelId, datasetId } = useTrain();
  const draft = useProjectRecipe(projectRecipe);
  const model = chosenOrOnly(models.data, modelId, canTrain);
  const dataset = chosenOrNewest(datasets.data, datasetId);
  const { recipe, errors } = checkDraft(draft);
  const ahead = useSamplesAhead(
    model && canTrain(model) && dataset && recipe
      ? { modelId: model.id, datasetId: dataset.id, recipe, samples: dataset.samples }
      : null,
  );
  return (
    <section className="run-form" aria-label="New run">
      <div className="run-form-body" tabIndex={-1} data-work>
        <div className="run-form-fields">
          <ModelPicker models={models} chosenId={model?.id ?? null} />
          <DatasetPicker datasets={datasets} chosenId={dataset?.id ?? null} />
          <FromAdapterChoice runs={runs} model={model} draft={draft} />
          <ProbeChoice />
          <RecipeEditor draft={draft} errors={errors} runs={runs} projectRecipe={projectRecipe} />
        </div>
        <div className="run-form-side">
          <PlanCard recipe={recipe} dataset={dataset} model={model} ahead={ahead} />
          <DevicesPanel chosen={draft.device} model={model} />
          <CommandPreview model={model} dataset={dataset} />
        </div>
      </div>
      <StartBar
        model={model}
        dataset={dataset}
        recipe={recipe}
        runs={runs}
        samples={ahead.samples}
      />
    </section>
  );
}

interface StartBarProps {
  model: Model | undefined;
  dataset: Dataset | undefined;
  recipe: Recipe | null;
  runs: readonly Run[];
  /** Samples that the trainer gets, where they were encoded. */
  samples: number | null;
}

function StartBar({ model, dataset, recipe, runs, samples }: StartBarProps) {
  const runName = useTrain((state) => state.runName);
  const name = runName.trim();
  const isTaken = runs.some((run) => run.name === name && keepsName(run));
  const start = useAction(async () => {
    if (!model || !dataset || !recipe) return;
    const named = name === '' ? {} : { name };
    const { probe, adapterFile, otherBase } = useTrain.getState();
    const adapter = adapterInput(recipe, adapterFile, otherBase);
    const ids = { modelId: model.id, datasetId: dataset.id };
    const more = { ...adapter, ...named, ...probeInput(probe) };
    const { runId } = await rpc.runs.start({ ...ids, recipe, ...more });
    useTrain.setState({ runName: '' });
    showRun(runId);
  });
  const { label, isReady } = startLabel({ model, dataset, recipe, isTaken, samples });
  return (
    <>
      {start.error !== undefined && <ErrorView error={start.error} />}
      <footer className="run-form-foot">
        <TextInput
          label="Run name"
          hideLabel
          placeholder={
            model && dataset ? `${dataset.name} on ${model.name}` : 'Run name (optional)'
          }
          value={runName}
          maxLength={100}
          error={isTaken ? 'There is a run of this name already.' : undefined}
          onValue={(text) => useTrain.setState({ runName: text })}
        />
        <span className="spacer" />
        <XrayButton model={model} dataset={dataset} recipe={recipe} />
        <EditButton
          variant="primary"
          disabled={!isReady}
          isBusy={start.isRunning}
          onClick={() => void start.run()}
        >
          {label}
        </EditButton>
      </footer>
    </>
  );
}

/** Chooses the prompts that are answered at every epoch: none, the built-in few, or a set. */
function ProbeChoice() {
  const probe = useTrain((state) => state.probe);
  const sets = useQuery(['prompts.list'], () => rpc.prompts.list(), ['prompts']);
  const options = [
    { value: 'none', label: 'None' },
    {
      value: 'built-in',
      label: `Built-in · ${formatQuantity(builtInProbePrompts.length, 'prompt')}`,
    },
    ...(sets.data ?? []).map((set) => ({
      value: set.id,
      label: `${set.name} · ${formatQuantity(Math.min(set.prompts, mostProbePrompts), 'prompt')}`,
    })),
  ];
  return (
    <section className="run-form-section" aria-label="Probe prompts">
      <h2>Probe prompts</h2>
      <Select
        label="Answered at every epoch"
        value={options.some(({ value }) => value === probe) ? probe : 'none'}
        options={options}
        onValue={(value) => useTrain.setState({ probe: value })}
      />
      <p className="small dim">
        LIMA chose its checkpoint by reading answers, since perplexity does not follow quality. The
        run waits while the answers are written; what is trained stays the same.
      </p>
    </section>
  );
}
