import { changedFields, type RecipeDraft } from '../recipe/recipe-draft.ts';

/** What a command needs; missing parts are shown as placeholders. */
export interface TrainCommand {
  projectPath: string | undefined;
  modelPath: string | undefined;
  datasetName: string | undefined;
  runName: string;
  /** A prompt set's name or `built-in`; nothing is asked without it. */
  probe: string | undefined;
  draft: RecipeDraft;
}

/** The `lima train` command that does what the form would do; only changed fields are set. */
export function trainCommand(command: TrainCommand): string {
  const { projectPath, modelPath, datasetName, runName, probe, draft } = command;
  const settings = changedFields(draft).map(
    ({ key }) => `--set ${quote(`${key}=${draft[key].trim()}`)}`,
  );
  return [
    `lima train ${wordOr(projectPath, 'PROJECT.lima')}`,
    `--base ${wordOr(modelPath, 'MODEL.gguf')}`,
    `--dataset ${wordOr(datasetName, 'DATASET')}`,
    ...(runName.trim() === '' ? [] : [`--name ${quote(runName.trim())}`]),
    ...(probe === undefined ? [] : [`--probe ${quote(probe)}`]),
    ...settings,
  ].join(' \\\n  ');
}

const wordOr = (value: string | undefined, placeholder: string) =>
  value === undefined ? placeholder : quote(value);

/** One word for a POSIX shell, quoted only where it has to be. */
export function quote(word: string): string {
  if (/^[\w./:=@%+,-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
