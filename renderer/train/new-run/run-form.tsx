import type { Dataset } from '../../../shared/domain/dataset.ts';
import type { Model } from '../../../shared/domain/model.ts';
import type { ProbeInput } from '../../../shared/domain/probe.ts';
import type { Recipe } from '../../../shared/domain/recipe.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { TextInput } from '../../ui/inputs/inputs.tsx';
import { chosenOrOnly } from './chosen-or-only.ts';
import { CommandPreview } from './command-preview.tsx';
import { DatasetPicker } from './dataset-picker.tsx';
import { DevicesPanel } from './devices-panel.tsx';
import { ModelPicker } from './model-picker.tsx';
import { PlanCard } from './plan-card.tsx';
import { ProbeChoice } from './probe-choice.tsx';
import { checkDraft } from '../recipe/recipe-draft.ts';
import { RecipeEditor } from '../recipe/recipe-editor.tsx';
import { startLabel } from './start-label.ts';
import { showRun, useTrain } from '../train-store.ts';
import { XrayButton } from '../xray/xray-button.tsx';
import './run-form.css';

/** The form of a new run: model, dataset, recipe, and what will come of it. */
export function RunForm({ runs }: { runs: readonly Run[] }) {
  const models = useQuery(['models.list'], () => rpc.models.list(), ['models']);
  const datasets = useQuery(['datasets.list'], () => rpc.datasets.list(), ['datasets']);
  const { modelId, datasetId, draft } = useTrain();
  const model = chosenOrOnly(models.data, modelId, canTrain);
  const dataset = chosenOrOnly(datasets.data, datasetId);
  const { recipe, errors } = checkDraft(draft);
  return (
    <section className="run-form" aria-label="New run">
      <div className="run-form-body">
        <div className="run-form-fields">
          <ModelPicker models={models} chosenId={model?.id ?? null} />
          <DatasetPicker datasets={datasets} chosenId={dataset?.id ?? null} />
          <ProbeChoice />
          <RecipeEditor draft={draft} errors={errors} runs={runs} />
        </div>
        <div className="run-form-side">
          <PlanCard recipe={recipe} dataset={dataset} model={model} />
          <DevicesPanel chosen={draft.device} model={model} />
          <CommandPreview model={model} dataset={dataset} />
        </div>
      </div>
      <StartBar model={model} dataset={dataset} recipe={recipe} runs={runs} />
    </section>
  );
}

const canTrain = ({ info, isMissing }: Model) => info.trainable === 'yes' && !isMissing;

function probeInput(): { probe?: ProbeInput } {
  const { probe } = useTrain.getState();
  if (probe === 'none') return {};
  return { probe: { promptSetId: probe === 'built-in' ? null : probe } };
}

interface StartBarProps {
  model: Model | undefined;
  dataset: Dataset | undefined;
  recipe: Recipe | null;
  runs: readonly Run[];
}

function StartBar({ model, dataset, recipe, runs }: StartBarProps) {
  const runName = useTrain((state) => state.runName);
  const name = runName.trim();
  const isTaken = runs.some((run) => run.name === name);
  const start = useAction(async () => {
    if (!model || !dataset || !recipe) return;
    const named = name === '' ? {} : { name };
    const ids = { modelId: model.id, datasetId: dataset.id };
    const { runId } = await rpc.runs.start({ ...ids, recipe, ...named, ...probeInput() });
    useTrain.setState({ runName: '' });
    showRun(runId);
  });
  const { label, isReady } = startLabel({ model, dataset, recipe, isTaken });
  return (
    <>
      {start.error !== undefined && <ErrorView error={start.error} />}
      <footer className="run-form-foot">
        <TextInput
          label="Run name"
          hideLabel
          placeholder={
            model && dataset ? `${dataset.name} on ${model.info.name}` : 'Run name (optional)'
          }
          value={runName}
          maxLength={100}
          error={isTaken ? 'There is a run of this name already.' : undefined}
          onValue={(text) => useTrain.setState({ runName: text })}
        />
        <span className="spacer" />
        <XrayButton model={model} dataset={dataset} recipe={recipe} />
        <Button
          variant="primary"
          disabled={!isReady}
          isBusy={start.isRunning}
          onClick={() => void start.run()}
        >
          {label}
        </Button>
      </footer>
    </>
  );
}
