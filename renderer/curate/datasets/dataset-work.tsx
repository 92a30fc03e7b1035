import { useEffect, useState } from 'react';
import type { JobProgress } from '../../../shared/domain/job.ts';
import { timeLeft } from '../../../shared/text/numbers.ts';
import { describeProgress, joinFacts } from '../../../shared/text/progress.ts';
import { rpc } from '../../rpc/client.ts';
import { ProgressBar } from '../../ui/feedback/progress.tsx';

/** A freeze or an export that this window waits for. */
interface DatasetWork {
  workId: string;
  /** What a person calls it: `Freezing`. */
  label: string;
  cancel: () => void;
}

type WorkCall<Output> = (
  named: { workId: string },
  options: { signal: AbortSignal },
) => Promise<Output>;

/** Makes calls that may take long, one at a time; one that was cancelled answers `undefined`. */
export function useDatasetWork() {
  const [work, setWork] = useState<DatasetWork | null>(null);
  const run = async <Output,>(label: string, call: WorkCall<Output>) => {
    const controller = new AbortController();
    const { signal } = controller;
    const workId = crypto.randomUUID();
    setWork({ workId, label, cancel: () => controller.abort() });
    try {
      return await call({ workId }, { signal });
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    } finally {
      setWork(null);
    }
  };
  return { work, run };
}

const askEveryMs = 400;

/** How far that is; nothing for what is over at once. */
export function DatasetWorkProgress({ work }: { work: DatasetWork | null }) {
  return work && <Progress key={work.workId} {...work} />;
}

function Progress({ workId, label }: DatasetWork) {
  const [progress, setProgress] = useState<JobProgress | null>(null);
  useEffect(() => {
    // A lost connection is told by the banner; the call itself ends with it.
    const ask = () => rpc.datasets.progress({ workId }).then(setProgress, () => undefined);
    const timer = setInterval(() => void ask(), askEveryMs);
    return () => clearInterval(timer);
  }, [workId]);
  if (!progress) return null;
  return (
    <div>
      <ProgressBar label={label} done={progress.done} total={progress.total} />
      <p className="dim" role="status">
        {joinFacts([describeProgress(progress), timeLeft(progress.etaMs)])}
      </p>
    </div>
  );
}
