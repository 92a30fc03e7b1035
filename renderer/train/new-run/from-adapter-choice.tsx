import type { Model } from '../../../shared/domain/model/model.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { chooseFile } from '../../ui/files/file-chooser.ts';
import { shortHash } from '../../ui/format.ts';
import { Checkbox, Select } from '../../ui/inputs/inputs.tsx';
import type { RecipeDraft } from '../recipe/recipe-draft.ts';
import { chooseAdapter, useTrain } from '../train-store.ts';
import { adapterOptions } from './run-choice.ts';

interface FromAdapterChoiceProps {
  runs: readonly Run[];
  model: Model | undefined;
  draft: RecipeDraft;
}

const fileChoice = 'file';

/** Chooses the adapter that a run goes on from: none, a checkpoint of the project, or a file. */
export function FromAdapterChoice({ runs, model, draft }: FromAdapterChoiceProps) {
  const { adapterFile, otherBase } = useTrain();
  const read = useAction(async () => {
    const adapterPath = await chooseFile({ purpose: 'adapter', title: 'Go on from an adapter' });
    if (adapterPath !== null && model)
      chooseAdapter(
        await rpc.runs.inspectAdapter({ modelId: model.id, adapterPath, otherBase }),
        adapterPath,
      );
  });
  const known = adapterOptions(runs, model);
  const { fromAdapter } = draft;
  const chosen = known.find(({ value }) => value === fromAdapter);
  const isListed = fromAdapter === '' || chosen !== undefined;
  const mayBeOfOther = read.error !== undefined || !isListed || chosen?.isOfOther === true;
  const options = [
    { value: '', label: 'A new adapter' },
    ...known,
    ...(isListed ? [] : [{ value: fromAdapter, label: otherName(fromAdapter, adapterFile) }]),
    { value: fileChoice, label: 'A file…', isDisabled: model === undefined },
  ];
  const choose = (value: string) => {
    if (value === fileChoice) {
      void read.run();
      return;
    }
    const run = runs.find(({ checkpoints }) => checkpoints.some(({ sha256 }) => sha256 === value));
    chooseAdapter(run ? { ...run.recipe, sha256: value } : null);
  };
  if (draft.method !== 'lora') return null;
  return (
    <section className="run-form-section" aria-label="Adapter">
      <h2>Adapter</h2>
      <Select label="Go on from" value={fromAdapter} options={options} onValue={choose} />
      {fromAdapter !== '' && (
        <p className="small dim">
          Rank, alpha, layers and chat template are those of the adapter. The optimizer starts
          afresh; what is written is relative to the base, not to this adapter.
        </p>
      )}
      {mayBeOfOther && (
        <Checkbox
          label="Take an adapter of another base all the same; the run records it"
          isChecked={otherBase}
          onChecked={(isChecked) => useTrain.setState({ otherBase: isChecked })}
        />
      )}
      {read.error !== undefined && <ErrorView error={read.error} />}
    </section>
  );
}

const otherName = (sha256: string, file: { path: string; sha256: string } | null) =>
  file?.sha256 === sha256 ? file.path : `adapter ${shortHash(sha256)}`;
