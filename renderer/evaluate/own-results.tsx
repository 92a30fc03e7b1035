import { useState } from 'react';
import { User } from 'lucide-react';
import type { OwnResults } from '../../shared/contract/evaluate.ts';
import { voteTables } from '../../shared/report/vote-tables.ts';
import { ownResultsQuestion, ownVotesText } from '../../shared/text/evaluate/voting.ts';
import { rpc } from '../rpc/client.ts';
import { useSettings } from '../rpc/settings.ts';
import { useAction } from '../rpc/use-action.ts';
import { Button } from '../ui/button.tsx';
import { confirmAction } from '../ui/dialogs/dialog.tsx';
import { EditButton } from '../ui/edit-button.tsx';
import { ErrorView } from '../ui/feedback/error-view.tsx';
import { FigureTable } from './figure-table.tsx';

interface OwnResultsProps {
  kind: 'evaluation' | 'study';
  id: string;
  /** Who has asked for theirs before: their votes are closed already. */
  sawOwnResults: readonly string[];
}

/**
 * What this person's votes say, for them alone: shown when they ask and put away again, since
 * somebody whose queue is still blind may be the next to sit here.
 */
export function OwnResultsPanel({ kind, id, sawOwnResults }: OwnResultsProps) {
  const author = useSettings().data?.author ?? '';
  const [shown, setShown] = useState<OwnResults | null>(null);
  const hasSeen = sawOwnResults.includes(author);
  const ask = useAction(async () => {
    const isConfirmed =
      hasSeen ||
      (await confirmAction({
        title: 'See your own results?',
        body: ownResultsQuestion,
        confirmLabel: 'See mine',
        isDangerous: true,
      }));
    if (isConfirmed)
      setShown(await rpc[kind === 'study' ? 'studies' : 'evaluations'].revealOwn({ id }));
  });
  const isOwn = shown?.author === author;
  return (
    <>
      <div className="row">
        <EditButton
          small
          variant="ghost"
          icon={<User size={13} />}
          isBusy={ask.isRunning}
          onClick={() => void ask.run()}
        >
          My own results…
        </EditButton>
        <span className="dim small">
          For whoever has voted on all that is theirs; it stays blind for everybody else.
        </span>
      </div>
      {ask.error !== undefined && <ErrorView error={ask.error} />}
      {shown && isOwn && (
        <section className="panel column" aria-label="My own results">
          <div className="row">
            <p>{ownVotesText(shown)}, and nobody else’s</p>
            <span className="spacer" />
            <Button small onClick={() => setShown(null)}>
              Put away
            </Button>
          </div>
          {voteTables(shown.statistics).map(({ title, table }) => (
            <FigureTable key={title} title={title} table={table} />
          ))}
        </section>
      )}
    </>
  );
}
