import type { Dataset } from '../../../shared/domain/dataset.ts';
import type { Model } from '../../../shared/domain/model/model.ts';
import { shellWord } from '../../../shared/text/foreign-text.ts';
import { rpc } from '../../rpc/client.ts';
import { useProjectDefaults } from '../../rpc/project.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { CopyButton } from '../../ui/feedback/copy-button.tsx';
import { changedFields, type RecipeDraft } from '../recipe/recipe-draft.ts';
import { useTrain } from '../train-store.ts';
import './command-preview.css';

interface CommandPreviewProps {
  model: Model | undefined;
  dataset: Dataset | undefined;
}

/** The same run as a command, for a script or a machine without a screen. */
export function CommandPreview({ model, dataset }: CommandPreviewProps) {
  const project = useQuery(['project.current'], () => rpc.project.current(), ['project']);
  const sets = useQuery(['prompts.list'], () => rpc.prompts.list(), ['prompts']);
  const { draft, runName, probe, adapterFile, otherBase } = useTrain();
  const recipe = useProjectDefaults().data?.recipe;
  const probeSet = sets.data?.find(({ id }) => id === probe)?.name;
  const command = trainCommandLine({
    projectPath: project.data?.path,
    modelPath: model?.path,
    datasetName: dataset?.name,
    runName,
    probe: probe === 'built-in' ? probe : probeSet,
    keepsRecipe: recipe?.origin === 'project',
    adapterFile,
    otherBase,
    draft,
  });
  return (
    <section className="panel column" aria-label="As a command">
      <div className="row">
        <h2>As a command</h2>
        <span className="spacer" />
        <CopyButton text={command} label="Copy command" />
      </div>
      <pre className="command-preview">{command}</pre>
    </section>
  );
}

/** What a command needs; missing words are shown as placeholders. */
interface TrainCommand {
  projectPath: string | undefined;
  modelPath: string | undefined;
  datasetName: string | undefined;
  runName: string;
  /** A prompt set's name or `built-in`; nothing is asked without it. */
  probe: string | undefined;
  /** Without a word a command begins with the recipe that the project keeps. */
  keepsRecipe: boolean;
  draft: RecipeDraft;
  /** The file behind the recipe's `fromAdapter`, where it is none of the project. */
  adapterFile?: { path: string; sha256: string } | null;
  otherBase?: boolean;
}

/** The `lima train` command that does what the form would do; only changed fields are set. */
export function trainCommandLine(command: TrainCommand): string {
  const { projectPath, modelPath, datasetName, runName, probe, keepsRecipe, draft } = command;
  // The words of an adapter decide its fields; of a checkpoint its hash is a word of its own.
  const adapter = draft.fromAdapter === '' ? [] : [`--from-adapter ${adapterWord(command)}`];
  const changed = changedFields(draft);
  const settings = changed
    .filter(({ key, isLong }) => key !== 'fromAdapter' && !isLong)
    .map(({ key }) => `--set ${shellWord(`${key}=${draft[key].trim()}`)}`);
  const files = changed.some(({ isLong }) => isLong) ? ['--template TEMPLATE.jinja'] : [];
  return [
    `lima train ${wordOr(projectPath, 'PROJECT.lima')}`,
    `--base ${wordOr(modelPath, 'MODEL.gguf')}`,
    `--dataset ${wordOr(datasetName, 'DATASET')}`,
    ...(runName.trim() === '' ? [] : [`--name ${shellWord(runName.trim())}`]),
    ...(probe === undefined ? [] : [`--probe ${shellWord(probe)}`]),
    ...adapter,
    ...(adapter.length > 0 && command.otherBase ? ['--other-base'] : []),
    ...(keepsRecipe ? ['--recipe defaults'] : []),
    ...files,
    ...settings,
  ].join(' \\\n  ');
}

const adapterWord = ({ adapterFile, draft: { fromAdapter } }: TrainCommand) =>
  shellWord(adapterFile?.sha256 === fromAdapter ? adapterFile.path : fromAdapter);

const wordOr = (value: string | undefined, placeholder: string) =>
  value === undefined ? placeholder : shellWord(value);
