import { useId, useState, type ReactNode } from 'react';
import type { ProjectInfo } from '../../../shared/contract/app.ts';
import { resultOf, type Job } from '../../../shared/contract/job-kinds.ts';
import type { PacketResult } from '../../../shared/contract/merge.ts';
import { isJobFinished } from '../../../shared/domain/job.ts';
import { adviceFor } from '../../../shared/text/error-advice.ts';
import { packetContentsText } from '../../../shared/text/merging.ts';
import { formatBytes, timeLeft } from '../../../shared/text/numbers.ts';
import { describeJob, joinFacts } from '../../../shared/text/progress.ts';
import { rpc } from '../../rpc/client.ts';
import { useJob } from '../../rpc/jobs.ts';
import { useProject } from '../../rpc/project.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';
import { EmptyState, QueryView } from '../../ui/feedback/states.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { showShellDialog } from '../shell-store.ts';
import { FilePath } from './file-path.tsx';
import {
  PacketContents,
  PacketForm,
  usePacketContents,
  type PacketChoice,
} from './packet-form.tsx';

const close = () => showShellDialog(null);

/** Writes a part of the open project as a small project for one annotator. */
export function PacketDialog() {
  const project = useProject();
  if (project.data) return <Packet project={project.data} />;
  return (
    <Dialog
      title="Write a review packet"
      onClose={close}
      footer={<Button onClick={close}>Close</Button>}
    >
      <QueryView query={project} loading="Looking at the project…">
        {() => (
          <EmptyState title="No project is open">Open the project to review first.</EmptyState>
        )}
      </QueryView>
    </Dialog>
  );
}

const nothingChosen: PacketChoice = {
  kind: 'samples',
  samples: 'pending',
  evaluationId: '',
  annotator: '',
  path: '',
};

/** First what goes out, then how far its writing is, then where it lies. */
function Packet({ project }: { project: ProjectInfo }) {
  const [choice, setChoice] = useState(nothingChosen);
  const [jobId, setJobId] = useState<string | null>(null);
  const job = useJob(jobId);
  const contents = usePacketContents(choice);
  const start = useAction(async () => {
    const [path, annotator] = [choice.path.trim(), choice.annotator.trim()];
    setJobId((await rpc.packets.write({ path, annotator, what: contents.what })).jobId);
  });
  const written = job && resultOf(job, 'packet');
  if (written) return <Written written={written} onAgain={() => setJobId(null)} />;
  if (job && !isJobFinished(job.state)) return <Writing job={job} />;
  const isReady = contents.isReady && choice.annotator.trim() !== '' && choice.path.trim() !== '';
  return (
    <Asking isReady={isReady} isBusy={start.isRunning} onStart={() => void start.run()}>
      <PacketForm project={project} choice={choice} onChoice={setChoice} />
      <PacketContents choice={choice} contents={contents} />
      {start.error === undefined ? <Outcome job={job} /> : <ErrorView error={start.error} />}
    </Asking>
  );
}

interface AskingProps {
  isReady: boolean;
  isBusy: boolean;
  onStart: () => void;
  children: ReactNode;
}

function Asking({ isReady, isBusy, onStart, children }: AskingProps) {
  const formId = useId();
  return (
    <Dialog
      title="Write a review packet"
      onClose={close}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button variant="primary" type="submit" form={formId} disabled={!isReady} isBusy={isBusy}>
            Write the packet
          </Button>
        </>
      }
    >
      <form
        id={formId}
        className="column"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) onStart();
        }}
      >
        {children}
      </form>
    </Dialog>
  );
}

/** Why there is no packet although it was tried. */
function Outcome({ job }: { job: Job | undefined }) {
  if (job?.error) return <ErrorView error={{ ...job.error, advice: adviceFor(job.error.code) }} />;
  return job && <p role="status">Cancelled: no packet was written.</p>;
}

function Writing({ job }: { job: Job }) {
  const cancel = useAction(() => rpc.jobs.cancel({ id: job.id }));
  const { done = 0, total = 0, etaMs } = job.progress ?? {};
  return (
    <Dialog
      title="Writing the review packet"
      onClose={close}
      footer={
        <>
          <Button onClick={close}>Go on in the background</Button>
          <Button data-autofocus isBusy={cancel.isRunning} onClick={() => void cancel.run()}>
            Cancel the packet
          </Button>
        </>
      }
    >
      <div role="status">
        <ProgressBar label={job.title} done={done} total={total} />
        <p className="dim">{joinFacts([describeJob(job), timeLeft(etaMs)])}</p>
      </div>
      {cancel.error !== undefined && <ErrorView error={cancel.error} />}
    </Dialog>
  );
}

function Written({ written, onAgain }: { written: PacketResult; onAgain: () => void }) {
  return (
    <Dialog
      title="Review packet written"
      onClose={close}
      footer={
        <>
          <Button onClick={onAgain}>Write another</Button>
          <Button variant="primary" data-autofocus onClick={close}>
            Done
          </Button>
        </>
      }
    >
      <p role="status">
        <VisibleText text={packetContentsText(written)} />, {formatBytes(written.sizeBytes)}:
      </p>
      <FilePath path={written.path} />
      <p className="dim">
        Send them this file. When it comes back, “Merge another copy…” in the menu of the project
        brings what they judged.
      </p>
    </Dialog>
  );
}
