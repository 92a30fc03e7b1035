import { Eye } from 'lucide-react';
import type { StudySummary } from '../../../shared/contract/studies.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { unfinishedText } from '../../../shared/report/study/study-words.ts';
import { useJob } from '../../rpc/jobs.ts';
import { rpc } from '../../rpc/client.ts';
import { useSettings } from '../../rpc/settings.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { confirmAction } from '../../ui/dialogs/dialog.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { Badge } from '../../ui/feedback/badge.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { QueryView } from '../../ui/feedback/states.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { useIsGraded } from '../evaluate-store.ts';
import { GradeButton } from '../grade/grade-button.tsx';
import { GradingPage } from '../grade/grading-page.tsx';
import { GenerationPanel } from '../generation-panel.tsx';
import { JudgesPanel } from '../judge/judges-panel.tsx';
import { OwnResultsPanel } from '../own-results.tsx';
import { queueToVoteOn } from '../vote/voting-subject.ts';
import { VotingView } from '../vote/voting-view.tsx';
import { StudyResults } from './study-results.tsx';
import { studyStage } from './study-rows.tsx';

/** One study: generating, then this person's blind queue, then the results. */
export function StudyPage({ id }: { id: string }) {
  const study = useQuery(['studies.get', id], () => rpc.studies.get({ id }), ['evaluations']);
  const subject = { kind: 'study', id } as const;
  const isGraded = useIsGraded(subject);
  return (
    <QueryView query={study}>
      {(summary) =>
        isGraded ? (
          <GradingPage subject={subject} name={summary.name} />
        ) : summary.isRevealed ? (
          <StudyResults summary={summary} />
        ) : (
          <BlindStudy summary={summary} />
        )
      }
    </QueryView>
  );
}

function BlindStudy({ summary }: { summary: StudySummary }) {
  const stage = studyStage(summary, useJob(summary.jobId));
  const isVoting = summary.readyPairs > 0;
  const author = useSettings().data?.author ?? '';
  const answers = { done: summary.answered, total: summary.answers };
  return (
    <div className="evaluate-page evaluate-blind" tabIndex={-1} data-work={!isVoting || undefined}>
      <BlindHead summary={summary} />
      {stage !== 'blind' && <GenerationPanel jobId={summary.jobId} answers={answers} />}
      <Annotators summary={summary} />
      <JudgesPanel judged={{ kind: 'study', id: summary.id }} isBlind />
      {isVoting && summary.queue.left === 0 && <OwnResultsPanel kind="study" {...summary} />}
      {isVoting && <VotingView key={`${summary.id} ${author}`} subject={queueToVoteOn(summary)} />}
    </div>
  );
}

function BlindHead({ summary }: { summary: StudySummary }) {
  const { name, systems, promptSetNames } = summary;
  return (
    <header className="evaluate-head">
      <div className="evaluate-title">
        <h1 className="truncate">
          <VisibleText text={name} />
        </h1>
        <p className="dim small">
          {formatQuantity(systems, 'system')} on <VisibleText text={promptSetNames.join(', ')} />;
          which ones is told when you reveal them
        </p>
      </div>
      <Badge tone="warn" title="Which answer is whose is hidden until you reveal">
        blind
      </Badge>
      <span className="spacer" />
      <GradeButton subject={{ kind: 'study', id: summary.id }} />
      <RevealStudyButton summary={summary} />
    </header>
  );
}

/** Who votes and what is left, what failed, and what the votes tell so far without telling of whom. */
function Annotators({ summary }: { summary: StudySummary }) {
  const { annotators, failed, failures, overlapPercent } = summary;
  const [first] = failures;
  if (annotators.length === 0 && failed === 0) return null;
  return (
    <section className="panel small" aria-label="Annotators" role="status">
      {annotators.length > 0 && (
        <p>
          {annotators.map(({ author, votes, left }, at) => (
            <span key={author}>
              {at > 0 && ' · '}
              <VisibleText text={author} />: {formatQuantity(votes, 'vote')}, {left} left
            </span>
          ))}
          {overlapPercent < 100 && ` · ${overlapPercent} % of the pairs are for everybody`}
        </p>
      )}
      {failed > 0 && (
        <p className="dim">
          {formatQuantity(failed, 'pair')} cannot be voted on for want of an answer
          {first && (
            <>
              : <VisibleText text={first.reason} />
            </>
          )}
        </p>
      )}
    </section>
  );
}

/** Ends the blind phase of all pairs, after a question that says who has not finished. */
function RevealStudyButton({ summary }: { summary: StudySummary }) {
  const reveal = useAction(async () => {
    const now = await rpc.studies.get({ id: summary.id });
    const unfinished = unfinishedText(now);
    const isConfirmed = await confirmAction({
      title: `Reveal “${summary.name}”?`,
      body: `${unfinished === '' ? 'Everybody has voted on all that was theirs.' : unfinished} This ends the blind phase of all its pairs for good, and for everybody: afterwards nobody can vote on them.`,
      confirmLabel: 'Reveal',
      isDangerous: unfinished !== '' || now.queue.left > 0,
    });
    if (isConfirmed) await rpc.studies.reveal({ id: summary.id });
  });
  const isAnswered = summary.answered >= summary.answers;
  return (
    <>
      <EditButton
        variant={summary.unvoted === 0 ? 'primary' : 'default'}
        icon={<Eye size={14} />}
        isBusy={reveal.isRunning}
        disabled={!isAnswered}
        title={isAnswered ? undefined : 'All answers have to be generated first'}
        onClick={() => void reveal.run()}
      >
        Reveal…
      </EditButton>
      {reveal.error !== undefined && <ErrorView error={reveal.error} />}
    </>
  );
}
