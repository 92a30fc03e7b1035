import { useEffect, useState } from 'react';
import { create } from 'zustand';
import type { OpeningProgress } from '../../shared/contract/app.ts';
import { bringingForward, describeOpening } from '../../shared/text/project/opening-project.ts';
import { rpc } from '../rpc/client.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialogs/dialog.tsx';
import { ProgressBar } from '../ui/feedback/progress.tsx';

/** The opening that this window waits for. */
const useOpening = create<{ cancel: (() => void) | null }>(() => ({ cancel: null }));

/**
 * Makes a call that opens a project. Where that has to be brought forward first, the window says so
 * and lets a person cancel it; `undefined` then.
 */
export async function telling<Output>(
  call: (options: { signal: AbortSignal }) => Promise<Output>,
): Promise<Output | undefined> {
  const controller = new AbortController();
  useOpening.setState({ cancel: () => controller.abort() });
  try {
    return await call({ signal: controller.signal });
  } catch (error) {
    if (controller.signal.aborted) return undefined;
    throw error;
  } finally {
    useOpening.setState({ cancel: null });
  }
}

const askEveryMs = 400;

/** Says how far a project is brought forward that this window opens; mounted once by the shell. */
export function OpeningDialog() {
  const cancel = useOpening((state) => state.cancel);
  return cancel && <Progress onCancel={cancel} />;
}

function Progress({ onCancel }: { onCancel: () => void }) {
  const [progress, setProgress] = useState<OpeningProgress | null>(null);
  useEffect(() => {
    // A lost connection is told by the banner; the opening call itself ends with it.
    const ask = () => rpc.project.opening().then(setProgress, () => undefined);
    const timer = setInterval(() => void ask(), askEveryMs);
    return () => clearInterval(timer);
  }, []);
  if (!progress) return null;
  return (
    <Dialog
      title="Bringing the project forward"
      onClose={onCancel}
      footer={
        <Button data-autofocus onClick={onCancel}>
          Cancel
        </Button>
      }
    >
      <p className="truncate" title={progress.path}>
        {progress.path}
      </p>
      <p>{bringingForward}</p>
      <ProgressBar label="Bringing forward" done={progress.done} total={progress.total} />
      <p className="dim" role="status">
        {describeOpening(progress)}
      </p>
    </Dialog>
  );
}
