import { useState } from 'react';
import {
  textEncodingSchema,
  type RequestedFormat,
  type TextEncodingLabel,
} from '../../../shared/contract/curate.ts';
import { resultOf } from '../../../shared/contract/job-kinds.ts';
import { isJobFinished } from '../../../shared/domain/job.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useJob } from '../../rpc/jobs.ts';
import { Button } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { PathField } from '../../ui/files/path-field.tsx';
import { Checkbox, Select, TextInput, type Option } from '../../ui/inputs/inputs.tsx';
import {
  rememberImport,
  showCurateDialog,
  useCurate,
  type ImportRequest,
} from '../curate-store.ts';
import { ImportOutcome } from './import-outcome.tsx';
import './import-dialog.css';

/** Formats to choose from. */
export const importFormats: readonly Option<RequestedFormat>[] = [
  { value: 'auto', label: 'Detect by content' },
  { value: 'stack-exchange', label: 'Stack Exchange Posts.xml (.7z too)' },
  { value: 'messages', label: 'OpenAI messages (JSON, JSONL)' },
  { value: 'alpaca', label: 'Alpaca (JSON, JSONL)' },
  { value: 'sharegpt', label: 'ShareGPT (JSON, JSONL)' },
  { value: 'lima', label: 'LIMA conversations (JSON, JSONL)' },
  { value: 'pairs', label: 'Prompts with answers (JSON, JSONL)' },
];

/** An encoding, or that it is told from the content. */
export type RequestedEncoding = 'auto' | TextEncodingLabel;

const encodingNames: Partial<Record<TextEncodingLabel, string>> = {
  'windows-1250': 'Central European',
  'windows-1251': 'Cyrillic',
  'windows-1252': 'Western European',
  'windows-1253': 'Greek',
  'windows-1254': 'Turkish',
  'windows-1255': 'Hebrew',
  'windows-1256': 'Arabic',
  'windows-1257': 'Baltic',
  'windows-1258': 'Vietnamese',
  'iso-8859-2': 'Central European',
  'iso-8859-5': 'Cyrillic',
  'iso-8859-7': 'Greek',
  'iso-8859-15': 'Western European',
  'koi8-r': 'Russian',
  'koi8-u': 'Ukrainian',
  gb18030: 'Chinese, GBK too',
  big5: 'Chinese',
  shift_jis: 'Japanese',
  'euc-jp': 'Japanese',
  'euc-kr': 'Korean',
};

/** Encodings to choose from. */
export const textEncodings: readonly Option<RequestedEncoding>[] = [
  { value: 'auto', label: 'Detect by content' },
  ...textEncodingSchema.options.map((value) => {
    const script = encodingNames[value];
    return { value, label: script === undefined ? value : `${value} (${script})` };
  }),
];

/** The part of a request that names an encoding, where one was chosen. */
export const encodingOf = (encoding: RequestedEncoding) =>
  encoding === 'auto' ? {} : { encoding };

interface ImportDialogProps {
  jobId?: string;
}

const close = () => showCurateDialog(null);

/** Chooses what to import; then follows the job and shows what it did. */
export function ImportDialog({ jobId: givenJobId }: ImportDialogProps) {
  const [form, setForm] = useState(emptyForm);
  const [jobId, setJobId] = useState(givenJobId);
  const start = useAction(async (request: ImportRequest) => {
    const started = await rpc.imports.start(request);
    rememberImport(started.jobId, request);
    setJobId(started.jobId);
  });
  if (jobId !== undefined)
    return (
      <ImportJobDialog
        jobId={jobId}
        start={start}
        onAgain={(request) => {
          setForm(formOf(request));
          setJobId(undefined);
        }}
      />
    );
  const isReady = form.path.trim() !== '';
  const run = () => void start.run(requestOf(form));
  return (
    <Dialog
      title="Import samples"
      onClose={close}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <EditButton variant="primary" disabled={!isReady} isBusy={start.isRunning} onClick={run}>
            {form.dryRun ? 'Check' : 'Import'}
          </EditButton>
        </>
      }
    >
      <ImportForm form={form} onForm={setForm} />
      {start.error !== undefined && <ErrorView error={start.error} onRetry={run} />}
    </Dialog>
  );
}

interface ImportJobDialogProps {
  jobId: string;
  start: { run: (request: ImportRequest) => unknown; isRunning: boolean; error: unknown };
  /** Shows the form: for another file, or for the same request to be corrected. */
  onAgain: (request?: ImportRequest) => void;
}

/** An import that was started: how far it is, what it did, and what can follow. */
function ImportJobDialog({ jobId, start, onAgain }: ImportJobDialogProps) {
  const job = useJob(jobId);
  const request = useCurate((state) => state.imports[jobId]);
  const cancel = useAction(async (id: string) => await rpc.jobs.cancel({ id }));
  const isOver = job !== undefined && isJobFinished(job.state);
  const report = job && resultOf(job, 'import');
  const isDryRun = report?.dryRun ?? request?.dryRun ?? false;
  return (
    <Dialog
      title={job?.title ?? 'Import'}
      isWide
      onClose={close}
      footer={
        <>
          {job?.state === 'failed' && request ? (
            <Button onClick={() => onAgain(request)}>Correct and try again</Button>
          ) : (
            <Button onClick={() => onAgain()} disabled={!isOver}>
              Import another file
            </Button>
          )}
          {report?.dryRun && request && (
            <EditButton
              variant="primary"
              isBusy={start.isRunning}
              onClick={() => start.run({ ...request, dryRun: false })}
            >
              Import for real
            </EditButton>
          )}
          {job && !isOver && (
            <Button
              onClick={() => void cancel.run(job.id)}
              disabled={job.state === 'cancelling'}
              isBusy={cancel.isRunning}
            >
              {job.state === 'cancelling'
                ? 'Cancelling…'
                : `Cancel the ${isDryRun ? 'dry run' : 'import'}`}
            </Button>
          )}
          <Button onClick={close}>{isOver ? 'Done' : 'Continue in the background'}</Button>
        </>
      }
    >
      <ImportOutcome job={job} isDryRun={isDryRun} />
      {start.error !== undefined && <ErrorView error={start.error} />}
      {cancel.error !== undefined && <ErrorView error={cancel.error} />}
    </Dialog>
  );
}

interface ImportFormState {
  path: string;
  format: RequestedFormat;
  source: string;
  encoding: RequestedEncoding;
  dryRun: boolean;
}

const emptyForm: ImportFormState = {
  path: '',
  format: 'auto',
  source: '',
  encoding: 'auto',
  dryRun: false,
};

const formOf = (request: ImportRequest | undefined): ImportFormState => ({
  ...emptyForm,
  ...request,
});

function requestOf({ path, format, source, encoding, dryRun }: ImportFormState): ImportRequest {
  const named = source.trim();
  const how = { format, dryRun, ...encodingOf(encoding) };
  return { path: path.trim(), ...how, ...(named !== '' && { source: named }) };
}

interface ImportFormProps {
  form: ImportFormState;
  onForm: (form: ImportFormState) => void;
}

function ImportForm({ form, onForm }: ImportFormProps) {
  return (
    <>
      <PathField
        label="File"
        value={form.path}
        onValue={(path) => onForm({ ...form, path })}
        request={{ purpose: 'import', title: 'Import samples' }}
        isFirst
      />
      <div className="import-pair">
        <Select
          label="Format"
          value={form.format}
          options={importFormats}
          onValue={(format) => onForm({ ...form, format })}
        />
        <Select
          label="Encoding"
          value={form.encoding}
          options={textEncodings}
          onValue={(encoding) => onForm({ ...form, encoding })}
        />
        <TextInput
          label="Source name"
          hint="Empty: taken from the file."
          value={form.source}
          onValue={(source) => onForm({ ...form, source })}
          maxLength={200}
        />
      </div>
      <Checkbox
        label="Dry run: only report what would happen"
        isChecked={form.dryRun}
        onChecked={(dryRun) => onForm({ ...form, dryRun })}
      />
      <p className="dim small">
        Nothing is filtered out in silence: samples that break a curation rule are imported with a
        flag, rejected records are counted by reason.
      </p>
    </>
  );
}
