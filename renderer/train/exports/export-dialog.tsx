import { useState } from 'react';
import { PackageOpen } from 'lucide-react';
import {
  exportTypeSchema,
  type ExportKind,
  type ExportType,
} from '../../../shared/domain/export.ts';
import { isJobFinished } from '../../../shared/domain/job.ts';
import type { Checkpoint } from '../../../shared/domain/run.ts';
import { rpc } from '../../rpc/client.ts';
import { useJob } from '../../rpc/jobs.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { PathField } from '../../ui/files/path-field.tsx';
import { Select, type Option } from '../../ui/inputs/inputs.tsx';
import { NumberInput } from '../../ui/inputs/number-input.tsx';
import { ExportJob } from './export-job.tsx';

const adapterKinds: readonly Option<ExportKind>[] = [
  { value: 'merged', label: 'Merged into its base, one GGUF file' },
  { value: 'gguf', label: 'Adapter as GGUF' },
  { value: 'peft', label: 'Adapter as PEFT safetensors' },
  { value: 'ollama', label: 'Folder for Ollama' },
];
const modelKinds: readonly Option<ExportKind>[] = [
  { value: 'merged', label: 'Model in another type, one GGUF file' },
  { value: 'gguf', label: 'Model as it is' },
  { value: 'ollama', label: 'Folder for Ollama' },
];
const types: readonly Option<ExportChoice['type']>[] = exportTypeSchema.options.map((value) => ({
  value,
  label: value,
}));
const unmerged: Option<ExportChoice['type']> = { value: 'keep', label: 'As it is, not merged' };

interface ExportDialogProps {
  checkpoint: Checkpoint;
  isAdapter: boolean;
  onClose: () => void;
}

interface ExportRequest {
  choice: ExportChoice;
  path: string;
}

/** The export that is asked for, and the job that does it; another request forgets a finished job. */
function useExport(checkpoint: Checkpoint) {
  const [request, setRequest] = useState<ExportRequest>({
    choice: { kind: 'merged', type: 'F16', strength: 1 },
    path: '',
  });
  const [jobId, setJobId] = useState<string | null>(null);
  const job = useJob(jobId);
  const { choice, path } = request;
  const start = useAction(async () => {
    const { kind, strength } = choice;
    const input = { checkpointId: checkpoint.id, kind, type: typeOf(choice), strength, path };
    setJobId((await rpc.runs.export(input)).jobId);
  });
  const isUnderWay = start.isRunning || (job !== undefined && !isJobFinished(job.state));
  const isDone = job?.state === 'succeeded';
  const isReady = path !== '' && !isUnderWay && !isDone && Math.abs(choice.strength) <= 10;
  const change = (fields: Partial<ExportRequest>) => {
    setRequest({ ...request, ...fields });
    if (isDone) setJobId(null);
  };
  return { choice, path, change, start, jobId, isUnderWay, isReady };
}

/** Asks what to make of a checkpoint and where to put it, and shows the job until it ended. */
function ExportDialog({ checkpoint, isAdapter, onClose }: ExportDialogProps) {
  const { choice, path, change, start, jobId, isUnderWay, isReady } = useExport(checkpoint);
  return (
    <Dialog
      title={`Export epoch ${checkpoint.epoch} of ${checkpoint.runName}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          <EditButton
            variant="primary"
            disabled={!isReady}
            isBusy={isUnderWay}
            onClick={() => void start.run()}
          >
            Export
          </EditButton>
        </>
      }
    >
      <div className="column">
        <ExportForm {...{ choice, isAdapter }} onChoice={(next) => change({ choice: next })} />
        <PathField
          label={choice.kind === 'peft' || choice.kind === 'ollama' ? 'New folder' : 'New file'}
          value={path}
          onValue={(next) => change({ path: next })}
          request={{
            purpose: 'save',
            title: 'Export to',
            suggestedName: exportName(checkpoint.runName, checkpoint.epoch, choice),
          }}
        />
        {start.error !== undefined && <ErrorView error={start.error} />}
        {jobId !== null && <ExportJob jobId={jobId} />}
      </div>
    </Dialog>
  );
}

interface ExportFormProps {
  choice: ExportChoice;
  isAdapter: boolean;
  onChoice: (choice: ExportChoice) => void;
}

function ExportForm({ choice, isAdapter, onChoice }: ExportFormProps) {
  const change = (fields: Partial<ExportChoice>) => onChoice({ ...choice, ...fields });
  return (
    <>
      <Select
        label="Export as"
        value={choice.kind}
        options={isAdapter ? adapterKinds : modelKinds}
        onValue={(kind) => change({ kind })}
      />
      {hasType(choice.kind) && (
        <Select
          label="Type of the matrices"
          hint="Norms and biases stay F32."
          value={choice.kind === 'merged' && choice.type === 'keep' ? 'F16' : choice.type}
          options={choice.kind === 'ollama' ? [unmerged, ...types] : types}
          onValue={(type) => change({ type })}
        />
      )}
      {isAdapter && (
        <NumberInput
          label="Strength"
          hint="1 is what was trained, 0 the base; it becomes part of the export."
          value={choice.strength}
          onValue={(strength) => change({ strength })}
        />
      )}
    </>
  );
}

/** What a person chose in the export dialog; `keep` leaves the adapter beside the Modelfile. */
interface ExportChoice {
  kind: ExportKind;
  type: ExportType | 'keep';
  strength: number;
}

/** Whether this form of export can merge, and so asks for a type. */
const hasType = (kind: ExportKind): boolean => kind === 'merged' || kind === 'ollama';

/** The type for the request: none where nothing is merged. */
export function typeOf({ kind, type }: ExportChoice): ExportType | null {
  if (kind === 'merged') return type === 'keep' ? 'F16' : type;
  return kind === 'ollama' && type !== 'keep' ? type : null;
}

/** A file or folder name out of the run's name, the epoch and the form. */
export function exportName(runName: string, epoch: number, choice: ExportChoice): string {
  const base =
    runName.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replaceAll(/^[-.]+|-+$/g, '') || 'run';
  const name = `${base}-epoch-${epoch}`;
  if (choice.kind === 'gguf') return `${name}.gguf`;
  if (choice.kind === 'merged') return `${name}-${typeOf(choice)}.gguf`;
  return `${name}-${choice.kind}`;
}

interface ExportButtonProps {
  checkpoint: Checkpoint;
  /** False after full-parameter training: the checkpoint is a whole model. */
  isAdapter: boolean;
}

/** Opens the dialog that takes a checkpoint out of the workbench. */
export function ExportButton({ checkpoint, isAdapter }: ExportButtonProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        small
        icon={<PackageOpen size={13} />}
        aria-label={`Export epoch ${checkpoint.epoch}`}
        title={`Export epoch ${checkpoint.epoch}`}
        onClick={() => setOpen(true)}
      >
        <span className="export-word">Export…</span>
      </Button>
      {isOpen && (
        <ExportDialog
          checkpoint={checkpoint}
          isAdapter={isAdapter}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
