import { Plus } from 'lucide-react';
import type { Model } from '../../../shared/domain/model.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import type { QueryResult } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { QueryView } from '../../ui/feedback/states.tsx';
import { chooseFile } from '../../ui/files/file-chooser.ts';
import { useTrain } from '../train-store.ts';
import { ModelJob } from './model-job.tsx';
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
  const error = adding.error ?? relocating.error;
  const add = (
    <Button
      small
      icon={<Plus size={13} />}
      isBusy={adding.isRunning}
      onClick={() => void adding.run()}
    >
      Add model file…
    </Button>
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
            <ul className="picker" role="radiogroup" aria-label="Base model">
              {list.map((model) => (
                <ModelOption
                  key={model.id}
                  model={model}
                  isChosen={model.id === chosenId}
                  onRelocate={() => void relocating.run(model)}
                />
              ))}
            </ul>
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
  const title = `Where is ${model.info.name} now?`;
  const path = await chooseFile({ purpose: 'model', title });
  if (path === null) return;
  const { jobId } = await rpc.models.relocate({ id: model.id, path });
  useTrain.setState({ modelJobId: jobId });
}
