import { formatQuantity } from '../../../shared/text/numbers.ts';
import { ChevronLeft, ChevronRight, Undo2 } from 'lucide-react';
import { verdictLabel, verdictOptions } from '../../../shared/text/evaluate/voting.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { ReasonFields } from './reason-fields.tsx';
import type { Ballot } from './use-ballot.ts';
import type { VotingSubject } from './voting-subject.ts';

/** What the annotator is asked (LIMA, appendix C). */
export const annotatorQuestion =
  'Imagine that you have a super-intelligent assistant, and that you require help with the ' +
  'following question. Which answer best satisfies your needs?';

/** The same of two dialogues. */
export const dialogueQuestion =
  'Imagine that you have a super-intelligent assistant, and that you have the following ' +
  'conversation with it. Which of the two dialogues best satisfies your needs?';

interface VoteBarProps {
  ballot: Ballot;
  subject: Pick<VotingSubject, 'places' | 'hasBothBad'>;
  /** Whether the shown person may still vote. */
  isClosed: boolean;
}

/** The options, why, undo, and the way to other pairs. */
export function VoteBar({ ballot, subject, isClosed }: VoteBarProps) {
  const comparisons = subject.places;
  const { current, choice, voteError, storing } = ballot;
  const isOfShown = storing !== null && storing.ordinal === current?.ordinal;
  const standing = choice ?? (isOfShown ? storing.verdict : null) ?? current?.verdict ?? null;
  const isStoring = storing !== null;
  return (
    <footer className="vote-bar" data-options={subject.hasBothBad ? 4 : 3}>
      {voteError !== undefined && choice !== null && (
        <ErrorView error={voteError} onRetry={() => ballot.vote(choice)} />
      )}
      <div className="vote-options" role="group" aria-label="Your verdict">
        {verdictOptions(subject.hasBothBad).map(({ verdict, label, key }) => (
          <EditButton
            key={verdict}
            className="vote-option"
            shortcut={key}
            aria-pressed={standing === verdict}
            disabled={!current || isStoring || isClosed}
            onClick={() => ballot.vote(verdict)}
          >
            {label}
          </EditButton>
        ))}
      </div>
      {current && !isClosed && <ReasonFields key={current.comparisonId} ballot={ballot} />}
      <div className="row row-wrap">
        <PairSteps ballot={ballot} comparisons={comparisons} />
        <span className="dim small" role="status">
          {statusText(ballot)}
        </span>
        <span className="spacer" />
        <EditButton
          small
          variant="ghost"
          icon={<Undo2 size={13} />}
          shortcut="u"
          disabled={isStoring || isClosed}
          onClick={ballot.undo}
        >
          Undo last vote
        </EditButton>
      </div>
    </footer>
  );
}

function PairSteps({ ballot, comparisons }: { ballot: Ballot; comparisons: number }) {
  const place = ballot.current?.ordinal ?? ballot.ordinal;
  const from = place ?? comparisons;
  return (
    <>
      <IconButton
        small
        label="Previous pair"
        shortcut="ArrowLeft"
        disabled={from <= 0}
        onClick={() => ballot.goTo(from - 1)}
      >
        <ChevronLeft size={15} />
      </IconButton>
      <span className="vote-place">
        {place === null
          ? formatQuantity(comparisons, 'pair')
          : `Pair ${place + 1} of ${comparisons}`}
      </span>
      <IconButton
        small
        label="Next pair"
        shortcut="ArrowRight"
        disabled={from >= comparisons - 1}
        onClick={() => ballot.goTo(from + 1)}
      >
        <ChevronRight size={15} />
      </IconButton>
      {ballot.ordinal !== null && (
        <Button small variant="ghost" onClick={() => ballot.goTo(null)}>
          Next without a vote
        </Button>
      )}
    </>
  );
}

function statusText({ choice, storing, current, stored }: Ballot): string {
  if (choice !== null) return `Not stored: ${verdictLabel(choice)}`;
  if (storing) return `Storing for pair ${storing.ordinal + 1}: ${verdictLabel(storing.verdict)}`;
  if (current?.verdict) return `Your vote: ${verdictLabel(current.verdict)}`;
  if (stored) return `Stored for pair ${stored.ordinal + 1}: ${verdictLabel(stored.verdict)}`;
  return '';
}
