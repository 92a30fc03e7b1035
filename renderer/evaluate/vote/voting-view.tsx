import { Activity, useEffect, useRef, type RefObject } from 'react';
import type { BlindComparison } from '../../../shared/contract/evaluate.ts';
import { splitPrompt } from '../../../shared/domain/evaluate/dialogue.ts';
import { verdictOptions } from '../../../shared/text/evaluate/voting.ts';
import { usePacketKind } from '../../rpc/project.ts';
import { useSettings } from '../../rpc/settings.ts';
import { Badge } from '../../ui/feedback/badge.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';
import { EmptyState, LoadingState } from '../../ui/feedback/states.tsx';
import { useShortcuts } from '../../ui/shortcuts.ts';
import { MarkdownText } from '../../ui/text/markdown.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { DialogueTurns } from '../dialogue-turns.tsx';
import { PromptText } from '../prompt-text.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { useBallot, type Ballot } from './use-ballot.ts';
import type { VotingSubject } from './voting-subject.ts';
import { annotatorQuestion, dialogueQuestion, VoteBar } from './vote-bar.tsx';
import './voting.css';

/** Blind voting: one pair after the other, by mouse or keys. */
export function VotingView({ subject }: { subject: VotingSubject }) {
  const ballot = useBallot(subject);
  const author = useSettings().data?.author ?? '';
  const isClosed = subject.sawOwnResults.includes(author);
  const isPacket = usePacketKind() !== null;
  const section = useRef<HTMLElement>(null);
  useVoteShortcuts(ballot, { ...subject, isClosed }, section);
  useNewPairs(ballot, subject.answers.done);
  const { current } = ballot;
  const { voted, wanted } = subject;
  useFocusOnPair(section, current?.comparisonId);
  return (
    <section ref={section} className="voting" aria-label="Voting" tabIndex={-1} data-work>
      <div className="voting-head">
        <p className="voting-question">
          {current?.dialogue ? dialogueQuestion : annotatorQuestion}
        </p>
        <div className="voting-progress">
          <span aria-live="polite">
            {voted} of {wanted} voted
            {isPacket && `, ${wanted - voted} left`}
          </span>
          <ProgressBar label="Votes" done={voted} total={wanted} />
        </div>
      </div>
      {subject.separation !== '' && <p className="dim small">{subject.separation}</p>}
      {isClosed && (
        <p className="dim small" role="status">
          You have seen what your own votes say, so you vote here no more. The others go on.
        </p>
      )}
      {current === undefined && ballot.loadError === undefined && <LoadingState />}
      {ballot.loadError !== undefined && (
        <ErrorView error={ballot.loadError} onRetry={() => ballot.goTo(ballot.ordinal)} />
      )}
      {current && (
        <>
          {[current, ballot.ahead].map(
            (pair) =>
              pair && (
                <Activity key={pair.comparisonId} mode={pair === current ? 'visible' : 'hidden'}>
                  <BlindPair pair={pair} />
                </Activity>
              ),
          )}
          {current.left === current.right && (
            <p className="dim small row">
              <Badge>identical</Badge> Both answers are the same: a rule has tied them already.
            </p>
          )}
        </>
      )}
      {current === null && <NoPair ballot={ballot} subject={subject} />}
      <VoteBar ballot={ballot} subject={subject} isClosed={isClosed} />
    </section>
  );
}

function NoPair({ ballot, subject }: { ballot: Ballot; subject: VotingSubject }) {
  const isPacket = usePacketKind() !== null;
  const { done, total } = subject.answers;
  const failure = subject.failures.find(({ ordinal }) => ordinal === ballot.ordinal);
  // Of many failures the summary names the first alone; once all is answered, what lacks has failed.
  if (ballot.ordinal !== null && (failure || done >= total))
    return (
      <EmptyState title={`Comparison ${ballot.ordinal + 1} has no vote`}>
        One of its two answers failed
        {failure ? (
          <>
            : <VisibleText text={failure.reason} />
          </>
        ) : (
          '; the report says why.'
        )}
      </EmptyState>
    );
  if (ballot.ordinal !== null)
    return (
      <EmptyState title={`Comparison ${ballot.ordinal + 1} is not ready`}>
        One of its two answers is not generated yet.
      </EmptyState>
    );
  if (done < total)
    return (
      <EmptyState title="The next pair is being answered">
        It appears by itself when both of its answers are there.
      </EmptyState>
    );
  if (isPacket)
    return (
      <EmptyState title="You have voted on every pair">
        You can still look at earlier pairs and change votes. When you are done, close the packet
        and send the file back: “Close to send it back” above closes it and tells where it lies.
      </EmptyState>
    );
  if (subject.kind === 'study')
    return (
      <EmptyState title="You have voted on every pair of your queue">
        Identical answers were tied by rule and not shown. You can still look at earlier pairs and
        change votes; another annotator, under a name of their own, has a queue of their own.
      </EmptyState>
    );
  return (
    <EmptyState title="You have voted on every pair">
      Identical answers were tied by rule and not shown. You can still look at earlier pairs and
      change votes, or let a colleague vote under another name, before the systems are revealed.
    </EmptyState>
  );
}

const scrollPx = 60;

/** Scrolls both answers; where neither is too long, the page around them. */
function scrollAnswers(section: HTMLElement | null, top: number): void {
  const answers = [...(section?.querySelectorAll('.blind-answer') ?? [])];
  const long = answers.filter((answer) => answer.scrollHeight > answer.clientHeight);
  for (const answer of long) answer.scrollBy({ top });
  if (long.length === 0) section?.closest('.evaluate-page')?.scrollBy({ top });
}

/** With another pair the focus leaves the button that was pressed: Space would vote once more. */
function useFocusOnPair(section: RefObject<HTMLElement | null>, pairId: string | undefined): void {
  const shown = useRef(pairId);
  useEffect(() => {
    const isOther = shown.current !== undefined && shown.current !== pairId;
    shown.current = pairId;
    const { activeElement } = document;
    const isOnButton = activeElement?.closest('.vote-options') !== null;
    if (isOther && (isOnButton || activeElement === document.body))
      section.current?.focus({ preventScroll: true });
  }, [section, pairId]);
}

/** Votes by the keys that the buttons show; arrows move and scroll. */
function useVoteShortcuts(
  ballot: Ballot,
  { places, hasBothBad, isClosed }: VotingSubject & { isClosed: boolean },
  section: RefObject<HTMLElement | null>,
): void {
  const group = 'Blind voting';
  const place = ballot.current?.ordinal ?? ballot.ordinal ?? places;
  useShortcuts([
    ...verdictOptions(hasBothBad).map(({ verdict, label, key }) => ({
      keys: [key],
      label,
      group,
      run: () => ballot.vote(verdict),
      isDisabled: !ballot.current || isClosed,
    })),
    {
      keys: ['u'],
      label: 'Undo the last vote',
      group,
      run: ballot.undo,
      isDisabled: isClosed,
    },
    {
      keys: ['ArrowDown'],
      label: 'Scroll both answers down',
      group,
      repeats: true,
      run: () => scrollAnswers(section.current, scrollPx),
    },
    {
      keys: ['ArrowUp'],
      label: 'Scroll both answers up',
      group,
      repeats: true,
      run: () => scrollAnswers(section.current, -scrollPx),
    },
    {
      keys: ['ArrowLeft', 'p'],
      label: 'Previous pair',
      group,
      run: () => ballot.goTo(place - 1),
      isDisabled: place <= 0,
    },
    {
      keys: ['ArrowRight', 'n'],
      label: 'Next pair',
      group,
      run: () => ballot.goTo(place + 1),
      isDisabled: place >= places - 1,
    },
  ]);
}

/** While nothing is open, answers that arrive are looked at again. */
function useNewPairs({ current, ordinal, goTo }: Ballot, done: number): void {
  const seen = useRef(done);
  useEffect(() => {
    if (seen.current === done) return;
    seen.current = done;
    if (current === null) goTo(ordinal);
  }, [done, current, ordinal, goTo]);
}

/** The prompt and the two answers, told apart by nothing but their side. */
function BlindPair({ pair }: { pair: BlindComparison }) {
  if (pair.dialogue) return <BlindDialogues prompt={pair.prompt} turns={pair.dialogue} />;
  return (
    <>
      <ScrollRegion className="blind-prompt" label="Prompt">
        <PromptText messages={pair.prompt} />
      </ScrollRegion>
      <div className="blind-answers">
        <BlindAnswer side="Left" text={pair.left} />
        <BlindAnswer side="Right" text={pair.right} />
      </div>
    </>
  );
}

/** Both dialogues turn by turn in one region, so that what answers the same turn stands together. */
function BlindDialogues({
  prompt,
  turns,
}: {
  prompt: BlindComparison['prompt'];
  turns: NonNullable<BlindComparison['dialogue']>;
}) {
  const { given } = splitPrompt(prompt);
  return (
    <>
      {given.length > 0 && (
        <ScrollRegion className="blind-prompt" label="Before the dialogue">
          <PromptText messages={given} />
        </ScrollRegion>
      )}
      <ScrollRegion className="blind-answer blind-dialogues" label="Both dialogues">
        <DialogueTurns
          sides={['Left', 'Right']}
          turns={turns.map(({ asked, left, right }) => ({
            asked,
            left: <AnswerWords text={left} />,
            right: <AnswerWords text={right} />,
          }))}
        />
      </ScrollRegion>
    </>
  );
}

function AnswerWords({ text }: { text: string }) {
  return text.trim() === '' ? (
    <p className="faint">(empty answer)</p>
  ) : (
    <MarkdownText text={text} />
  );
}

function BlindAnswer({ side, text }: { side: 'Left' | 'Right'; text: string }) {
  return (
    <ScrollRegion className="blind-answer" label={`${side} answer`}>
      <h2 className="blind-side">{side}</h2>
      <AnswerWords text={text} />
    </ScrollRegion>
  );
}
