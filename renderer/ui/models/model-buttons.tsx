import { useState } from 'react';
import { Plus, FolderSearch } from 'lucide-react';
import { isJobFinished } from '../../../shared/domain/job.ts';
import { adviceFor } from '../../../shared/text/error-advice.ts';
import { rpc } from '../../rpc/client.ts';
import { useJob } from '../../rpc/jobs.ts';
import { useAction } from '../../rpc/use-action.ts';
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
