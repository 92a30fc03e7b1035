import { PackageOpen } from 'lucide-react';
import type { ProjectInfo } from '../../../shared/contract/app.ts';
import { packetText } from '../../../shared/text/merging.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import './review-packet.css';

/** Says that the open project is a review packet and what becomes of it; else nothing. */
export function PacketBanner({ project }: { project: ProjectInfo | null }) {
  if (!project?.packet) return null;
  const { packet, readReason } = project;
  return (
    <section className="packet-banner" aria-label="Review packet">
      <PackageOpen size={14} aria-hidden />
      <p>{packetText(packet)}</p>
      {readReason === null && <OtherAuthor annotator={packet.annotator} />}
    </section>
  );
}

/** What is judged under another name would not count as the work that the packet asks for. */
function OtherAuthor({ annotator }: { annotator: string }) {
  const info = useQuery(['app.info'], () => rpc.app.info(), ['project']);
  const take = useAction(async () => {
    await rpc.app.setAuthor({ author: annotator });
    info.refetch();
  });
  const author = info.data?.author ?? annotator;
  if (take.error !== undefined) return <ErrorView error={take.error} />;
  if (author === annotator) return null;
  return (
    <>
      <span className="dim">
        You are <VisibleText text={author} /> here.
      </span>
      <Button small isBusy={take.isRunning} onClick={() => void take.run()}>
        Work as <VisibleText text={annotator} />
      </Button>
    </>
  );
}
