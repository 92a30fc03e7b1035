import { useEffect } from 'react';
import { Plus } from 'lucide-react';
import { isJobFinished } from '../../../shared/domain/job.ts';
import type { Model } from '../../../shared/domain/model/model.ts';
import { adviceFor } from '../../../shared/text/error-advice.ts';
import { timeLeft } from '../../../shared/text/numbers.ts';
import { describeJob, joinFacts } from '../../../shared/text/progress.ts';
import { rpc } from '../../rpc/client.ts';
import { useJob } from '../../rpc/jobs.ts';
import { useAction } from '../../rpc/use-action.ts';
import type { QueryResult } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';
import { QueryView } from '../../ui/feedback/states.tsx';
import { confirmModel } from '../../ui/models/model-buttons.tsx';
import { chooseFile } from '../../ui/files/file-chooser.ts';
import { Tagged } from '../../ui/things/thing-labels.tsx';
import { useTrain } from '../train-store.ts';
import { ModelOption } from './model-option.tsx';
import { TrainableKinds } from './trainable-kinds.tsx';
import './picker.css';

interface ModelPickerProps {
  models: QueryResult<Model[]>;
  chosenId: string | null;
}

/** Chooses the base model among those the project knows, or reads a new file. */
export function ModelPicker({ models, chosenId }: ModelPickerProps) {
  const adding = useAction(addModel);
  const relocating = useAction(relocateModel);
  const confirming = useAction(async (model: Model) => {
    const modelJobId = await confirmModel(model);
    if (modelJobId !== null) useTrain.setState({ modelJobId });
  });
  const error = adding.error ?? relocating.error ?? confirming.error;
  const add = (
    <EditButton
      small
      icon={<Plus size={13} />}
      isBusy={adding.isRunning}
      onClick={() => void adding.run()}
    >
      Add model file…
    </EditButton>
  );
  return (
    <section className="run-form-section" aria-label="Model">
      <div className="row">
        <h2>Model</h2>
        <span className="spacer" />
        {(models.data?.length ?? 0) > 0 && add}
      </div>
      <QueryView query={models}>
        {(list) =>
          list.length === 0 ? (
            <div className="picker-empty">
              <span className="dim">
                The project knows no model yet. Add the GGUF file you chat with: it stays where it
                is.
              </span>
              {add}
            </div>
          ) : (
            <div role="radiogroup" aria-label="Base model">
              <Tagged thing="model" list={list} keptId={chosenId}>
                {(shown) => (
                  <ul className="picker">
                    {shown.map((model) => (
                      <ModelOption
                        key={model.id}
                        model={model}
                        isChosen={model.id === chosenId}
                        onRelocate={() => void relocating.run(model)}
                        onConfirm={() => void confirming.run(model)}
                      />
                    ))}
                  </ul>
                )}
              </Tagged>
            </div>
          )
        }
      </QueryView>
      <TrainableKinds />
      <ModelJob />
      {error !== undefined && <ErrorView error={error} />}
    </section>
  );
}

async function addModel(): Promise<void> {
  const path = await chooseFile({ purpose: 'model', title: 'Add a model file' });
  if (path === null) return;
  const { jobId } = await rpc.models.add({ path });
  useTrain.setState({ modelJobId: jobId });
}

async function relocateModel(model: Model): Promise<void> {
  const title = `Where is ${model.name} now?`;
  const path = await chooseFile({ purpose: 'model', title });
  if (path === null) return;
  const { jobId } = await rpc.models.relocate({ id: model.id, path });
  useTrain.setState({ modelJobId: jobId });
}

/** The job that reads and hashes a model file, until it ended; a good end chooses the model. */
function ModelJob() {
  const job = useJob(useTrain((state) => state.modelJobId));
  const cancel = useAction((id: string) => rpc.jobs.cancel({ id }));
  useEffect(() => {
    if (job?.state !== 'succeeded') return;
    const chosen = job.kind === 'add-model' && job.result ? { modelId: job.result.modelId } : {};
    useTrain.setState({ modelJobId: null, ...chosen });
  }, [job]);
  if (!job || job.state === 'succeeded' || job.state === 'cancelled') return null;
  if (job.error) return <ErrorView error={{ ...job.error, advice: adviceFor(job.error.code) }} />;
  if (isJobFinished(job.state)) return null;
  const { progress } = job;
  return (
    <div className="panel column" aria-label={job.title} role="group">
      <div className="row">
        <span className="truncate">{job.title}</span>
        <span className="spacer" />
        <Button small isBusy={cancel.isRunning} onClick={() => void cancel.run(job.id)}>
          Cancel
        </Button>
      </div>
      <ProgressBar label={job.title} done={progress?.done ?? 0} total={progress?.total ?? 0} />
      <span className="small dim">{joinFacts([describeJob(job), timeLeft(progress?.etaMs)])}</span>
    </div>
  );
}
