import { useEffect } from 'react';
import { Hourglass } from 'lucide-react';
import type { ProjectInfo } from '../../shared/contract/app.ts';
import { isRunning } from '../chat/chat-turns.ts';
import { useChat } from '../chat/chat-store.ts';
import { rpc } from '../rpc/client.ts';
import { isStoring } from '../rpc/storing.ts';
import { useAction } from '../rpc/use-action.ts';
import { Button } from '../ui/button.tsx';
import { ErrorView } from '../ui/feedback/error-view.tsx';

/** Says that the project will close by itself, until somebody keeps it open. */
export function ClosingBanner({ project }: { project: ProjectInfo | null }) {
  const keep = useAction(() => rpc.project.closeWhenDone({ isWanted: false }));
  if (!project?.closesWhenDone) return null;
  return (
    <section className="banner" aria-label="Closes when done">
      <Hourglass size={14} aria-hidden />
      <span>“{project.name}” closes as soon as its jobs and answers are done.</span>
      <Button small isBusy={keep.isRunning} onClick={() => void keep.run()}>
        Keep it open
      </Button>
      {keep.error !== undefined && <ErrorView error={keep.error} />}
    </section>
  );
}

/**
 * Jobs go on without a page; an answer does not, and a review or vote that is not stored yet may be
 * lost: the browser asks before it leaves one.
 */
export function useLeaveGuard(): void {
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      const panes = Object.values(useChat.getState().panes);
      const isAnswering = panes.some((pane) => isRunning(pane.turns));
      if (isAnswering || isStoring()) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, []);
}
