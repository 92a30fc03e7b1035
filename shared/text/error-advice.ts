import { isErrorCode, type ErrorCode } from '../contract/errors.ts';

const otherSettings = 'Change the settings or the dataset, then start a new run.';

const advice: Record<ErrorCode, string> = {
  NO_PROJECT: 'Open or create a project first.',
  PROJECT_LOCKED: 'Close the project in the other program, or work on a copy of the file.',
  PROJECT_INVALID: 'Open another file, or restore this one from one of its backups.',
  PROJECT_NEWER: 'Update Lima Workbench, then open the project again.',
  MIGRATION_CHANGED: 'Open the project with the version that last wrote it.',
  PROJECT_READ_ONLY: 'The message says why; reading, exporting datasets and reports go on.',
  NOT_A_COPY: 'Choose a copy of this project, or say that another project shall be merged.',
  JOB_FROM_ELSEWHERE: 'Look at its kind and its paths; resume it once more to confirm them.',
  PATH_FROM_ELSEWHERE:
    'Show where the model is, in the window or with `lima model confirm`: its file is compared with the hash of the project.',
  FILE_NOT_FOUND: 'Check the path, or choose the file again.',
  FILE_UNREADABLE: 'Where the message says no more, check its permissions and the disk it lies on.',
  FILE_EXISTS: 'Choose another name, or move the file away that is there.',
  FILE_FORMAT_UNKNOWN: 'Choose the format by hand instead of leaving it on auto.',
  PATH_FORBIDDEN: 'Choose a place inside the folders this server was started with.',
  DISK_FULL: 'Free some space on the disk, then try again.',
  JOBS_RUNNING: 'Wait until it is done, or say that it shall be stopped.',
  NOT_FOUND: 'It may have been removed meanwhile: look at the list again.',
  NAME_TAKEN: 'Choose another name.',
  INVALID_STATE: 'The message says what has to be different first.',
  INVALID_INPUT: 'Correct the value that the message names, then try again.',
  MODEL_INVALID: 'Choose another GGUF file, or download this one again.',
  MODEL_CHANGED: 'Point the model at the original file, or add the changed file as a new model.',
  ADAPTER_OTHER_BASE: 'Choose the base model that the adapter was trained on.',
  MODEL_MISSING: 'Point the model at the place the file was moved to.',
  NOTHING_TO_TRAIN: otherSettings,
  EXPORT_REFUSED: 'Choose another form of export, or change what the message names.',
  DIVERGED:
    'Start a new run with a lower learning rate or alpha, or with warm-up steps. If no step was finished, download the base model again.',
  ENGINE_CRASHED: 'Try again with less memory in use. The project file was not touched.',
  ENGINE_FAILED: 'Read the details: they are the last words of the engine.',
  NETWORK_OFF: 'Turn network on for this project and add the endpoint, or give --network.',
  ENDPOINT_FAILED:
    'See to the server, its address or its key, then resume: what is answered is not asked again.',
};

/** What to do about an error, by the code of a call or of a failed job. */
export function adviceFor(code: string): string {
  if (isErrorCode(code)) return advice[code];
  return 'Try again. If it happens again, report it with its details.';
}

/** The same for a failed run: a state it cannot start from is mended in its settings. */
export function runAdviceFor(code: string): string {
  return code === 'INVALID_STATE' ? otherSettings : adviceFor(code);
}

const mendedByOtherSettings: ReadonlySet<string> = new Set<ErrorCode>([
  'DIVERGED',
  'INVALID_STATE',
  'MODEL_INVALID',
  'NOTHING_TO_TRAIN',
]);

/** True for an error that ends a run in the same way when it is resumed. */
export function isRepeatedByResuming(code: string): boolean {
  return mendedByOtherSettings.has(code);
}
