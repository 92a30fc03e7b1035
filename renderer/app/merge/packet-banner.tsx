import { PackageOpen } from 'lucide-react';
import type { ProjectInfo } from '../../../shared/contract/app.ts';
import type { PacketInfo } from '../../../shared/domain/project/packet.ts';
import { packetText, unfinishedPacketText } from '../../../shared/text/merging.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { confirmAction } from '../../ui/dialogs/dialog.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { closeProject } from '../project.ts';
import { showSendBack } from '../shell-store.ts';
import './review-packet.css';

/** Says that the open project is a review packet, how much of it is left, and what becomes of it. */
export function PacketBanner({ project }: { project: ProjectInfo | null }) {
  if (!project?.packet) return null;
  const { packet, readReason, path } = project;
  const isDone = packet.judged >= packet.total;
  return (
    <section className="packet-banner" aria-label="Review packet">
      <PackageOpen size={14} aria-hidden />
      <p aria-live="polite">{packetText(packet)}</p>
      {readReason === null && (
        <>
          <OtherAuthor annotator={packet.annotator} />
          <Button
            small
            variant={isDone ? 'primary' : 'default'}
            onClick={() => void closeToSend(packet, path)}
          >
            Close to send it back
          </Button>
        </>
      )}
    </section>
  );
}

/** Closed, all of a packet is in its one file; until then a part may lie in the log beside it. */
async function closeToSend(packet: PacketInfo, path: string): Promise<void> {
  if (packet.judged < packet.total) {
    const title = 'Close this packet now?';
    const body = unfinishedPacketText(packet);
    if (!(await confirmAction({ title, body, confirmLabel: 'Close the packet' }))) return;
  }
  if (await closeProject()) showSendBack(path);
}

/** What is judged under another name would not count as the work that the packet asks for. */
function OtherAuthor({ annotator }: { annotator: string }) {
  const info = useQuery(['app.info'], () => rpc.app.info(), ['project', 'settings']);
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
