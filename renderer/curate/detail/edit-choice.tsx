import type { Sample } from '../../../shared/domain/sample.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { formatMoment } from '../../ui/format.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { Conversation } from './conversation.tsx';
import './edit-choice.css';

/**
 * The edits of a sample that two people made apart, side by side, until somebody chooses one; the
 * others stay in its history. Nothing where there is but one.
 */
export function EditChoice({ sample }: { sample: Sample }) {
  const sampleId = sample.id;
  const edits = useQuery(['merges.edits', sampleId], () => rpc.merges.edits({ sampleId }), [
    'samples',
  ]);
  const choose = useAction((versionId: string) => rpc.merges.choose({ sampleId, versionId }));
  const heads = edits.data ?? [];
  if (heads.length < 2) return null;
  return (
    <section className="edit-choice" aria-label="Edits beside each other">
      <p>
        This sample was edited in two copies. The later edit counts until you choose; both stay in
        the history. To combine them, choose one, then edit it.
      </p>
      {choose.error !== undefined && <ErrorView error={choose.error} />}
      <div className="edit-choice-sides">
        {heads.map(({ versionId, ordinal, author, createdMs, messages }) => (
          <article key={versionId} aria-label={`Version ${ordinal}`}>
            <header className="row">
              <strong>
                <VisibleText text={author} />
              </strong>
              <span className="faint small">
                version {ordinal}, {formatMoment(createdMs)}
              </span>
              <span className="spacer" />
              <Button
                small
                isBusy={choose.isRunning}
                onClick={() => void choose.run(versionId)}
                aria-label={`Choose version ${ordinal}`}
              >
                Choose this
              </Button>
            </header>
            <Conversation messages={messages} />
          </article>
        ))}
      </div>
    </section>
  );
}
