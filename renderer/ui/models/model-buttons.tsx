import { useState } from 'react';
import { FileCheck, FolderSearch, Plus } from 'lucide-react';
import { isJobFinished } from '../../../shared/domain/job.ts';
import type { Model } from '../../../shared/domain/model/model.ts';
import { adviceFor } from '../../../shared/text/error-advice.ts';
import { rpc } from '../../rpc/client.ts';
import { useJob } from '../../rpc/jobs.ts';
import { useAction } from '../../rpc/use-action.ts';
import { confirmAction } from '../dialogs/dialog.tsx';
import { EditButton } from '../edit-button.tsx';
import { ErrorView } from '../feedback/error-view.tsx';
import { ProgressBar } from '../feedback/progress.tsx';
import { chooseFile } from '../files/file-chooser.ts';

/** Chooses a GGUF file and adds it as a base model; shows how far hashing has come, or why it failed. */
export function AddModelButton() {
  const [jobId, setJobId] = useState<string | null>(null);
  const job = useJob(jobId);
  const add = useAction(async () => {
    const path = await chooseFile({ purpose: 'model', title: 'Add a model' });
    if (path !== null) setJobId((await rpc.models.add({ path })).jobId);
  });
  const isReading = job !== undefined && !isJobFinished(job.state);
  return (
    <div className="column">
      <EditButton
        variant="primary"
        icon={<Plus size={14} />}
        isBusy={add.isRunning || isReading}
        onClick={() => void add.run()}
      >
        Add a model…
      </EditButton>
      {isReading && (
        <ProgressBar
          label={job.title}
          done={job.progress?.done ?? 0}
          total={job.progress?.total ?? 0}
        />
      )}
      {job?.error && <ErrorView error={{ ...job.error, advice: adviceFor(job.error.code) }} />}
      {add.error !== undefined && <ErrorView error={add.error} />}
    </div>
  );
}

/** Asks whether a model is the file that the project names; starts comparing it, and returns the job. */
export async function confirmModel({ id, path, name, sha256 }: Model): Promise<string | null> {
  const isConfirmed = await confirmAction({
    title: `Use ${name} from where the project says?`,
    body: `Whoever made this project says that the model is ${path}. Nobody on this machine did. When you confirm it, the file is read and used if its SHA-256 is ${sha256}.`,
    confirmLabel: 'Compare and use it',
  });
  return isConfirmed ? (await rpc.models.relocate({ id, path })).jobId : null;
}

/** For a model that only the project file names: nothing looks at the path before this was confirmed. */
export function ConfirmModelButton({ model }: { model: Model }) {
  const [jobId, setJobId] = useState<string | null>(null);
  const job = useJob(jobId);
  const confirm = useAction(async () => setJobId(await confirmModel(model)));
  const isReading = job !== undefined && !isJobFinished(job.state);
  return (
    <>
      <EditButton
        small
        icon={<FileCheck size={13} />}
        isBusy={confirm.isRunning || isReading}
        onClick={() => void confirm.run()}
      >
        Use it from there…
      </EditButton>
      {job?.error && <ErrorView error={{ ...job.error, advice: adviceFor(job.error.code) }} />}
      {confirm.error !== undefined && <ErrorView error={confirm.error} />}
    </>
  );
}

/** For a model whose file is gone: shows the core where it is now; another file is refused. */
export function RelocateModelButton({ modelId }: { modelId: string }) {
  const [jobId, setJobId] = useState<string | null>(null);
  const job = useJob(jobId);
  const relocate = useAction(async () => {
    const path = await chooseFile({ purpose: 'model', title: 'Where is the model now?' });
    if (path !== null) setJobId((await rpc.models.relocate({ id: modelId, path })).jobId);
  });
  const isReading = job !== undefined && !isJobFinished(job.state);
  return (
    <>
      <EditButton
        small
        icon={<FolderSearch size={13} />}
        isBusy={relocate.isRunning || isReading}
        onClick={() => void relocate.run()}
      >
        Show where it is…
      </EditButton>
      {job?.error && <ErrorView error={{ ...job.error, advice: adviceFor(job.error.code) }} />}
      {relocate.error !== undefined && <ErrorView error={relocate.error} />}
    </>
  );
}
