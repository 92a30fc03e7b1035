import type { EvaluationSummary } from '../../shared/contract/evaluate.ts';
import { rpc } from '../rpc/client.ts';
import { formatQuantity } from '../../shared/text/numbers.ts';
import { useJob } from '../rpc/jobs.ts';
import { usePacketKind } from '../rpc/project.ts';
import { useSettings } from '../rpc/settings.ts';
import { useQuery } from '../rpc/use-query.ts';
import { Badge } from '../ui/feedback/badge.tsx';
import { QueryView } from '../ui/feedback/states.tsx';
import { VisibleText } from '../ui/text/visible-text.tsx';
import { useIsGraded } from './evaluate-store.ts';
import { GradeButton } from './grade/grade-button.tsx';
import { GradingPage } from './grade/grading-page.tsx';
import { answerCounts, stageOf, votablePairs } from './evaluation-stage.ts';
import { GenerationPanel } from './generation-panel.tsx';
import { ResultsView } from './results/results-view.tsx';
import { RuleVoteButton, RevealButton } from './blind-actions.tsx';
import { JudgesPanel } from './judge/judges-panel.tsx';
import { OwnResultsPanel } from './own-results.tsx';
import { pairsToVoteOn } from './vote/voting-subject.ts';
import { VotingView } from './vote/voting-view.tsx';

/** One evaluation: generating, then blind voting, then the results. */
export function EvaluationPage({ id }: { id: string }) {
  const evaluation = useQuery(['evaluations.get', id], () => rpc.evaluations.get({ id }), [
    'evaluations',
  ]);
  const subject = { kind: 'evaluation', id } as const;
  const isGraded = useIsGraded(subject);
  return (
    <QueryView query={evaluation}>
      {(summary) =>
        isGraded ? (
          <GradingPage subject={subject} name={summary.name} />
        ) : summary.isRevealed ? (
          <ResultsView summary={summary} />
        ) : (
          <BlindEvaluation summary={summary} />
        )
      }
    </QueryView>
  );
}

function BlindEvaluation({ summary }: { summary: EvaluationSummary }) {
  const stage = stageOf(summary, useJob(summary.jobId));
  const isVoting = summary.readyPairs > 0;
  const isPacket = usePacketKind() !== null;
  const author = useSettings().data?.author ?? '';
  const isAllVoted = isVoting && summary.voted >= votablePairs(summary);
  const isIncomplete = stage === 'generating' || stage === 'halted';
  return (
    <div className="evaluate-page evaluate-blind" tabIndex={-1} data-work={!isVoting || undefined}>
      {isPacket ? <PacketHead summary={summary} /> : <BlindHead summary={summary} />}
      {isIncomplete && <GenerationPanel jobId={summary.jobId} answers={answerCounts(summary)} />}
      <FailedPairs summary={summary} />
      {!isPacket && <JudgesPanel judged={{ kind: 'evaluation', id: summary.id }} isBlind />}
      {!isPacket && isAllVoted && <OwnResultsPanel kind="evaluation" {...summary} />}
      {isVoting && <VotingView key={`${summary.id} ${author}`} subject={pairsToVoteOn(summary)} />}
    </div>
  );
}

function BlindHead({ summary }: { summary: EvaluationSummary }) {
  return (
    <header className="evaluate-head">
      <div className="evaluate-title">
        <h1 className="truncate">
          <VisibleText text={summary.name} />
        </h1>
        <p className="dim small">
          Two systems on <VisibleText text={summary.promptSetName} />; which ones is told when you
          reveal them
        </p>
      </div>
      <Badge tone="warn" title="Which answer is whose is hidden until you reveal">
        blind
      </Badge>
      <span className="spacer" />
      <GradeButton subject={{ kind: 'evaluation', id: summary.id }} />
      <RuleVoteButton summary={summary} />
      <RevealButton summary={summary} />
    </header>
  );
}

/** More would leave no room for the pairs that can be voted on. */
const mostToldFailures = 3;

/** What nobody can vote on, and why: the rest of the evaluation goes on without it. */
function FailedPairs({ summary: { failed, failures } }: { summary: EvaluationSummary }) {
  if (failed === 0) return null;
  const told = failures.slice(0, mostToldFailures);
  return (
    <section className="panel column" aria-label="Pairs without a vote" role="status">
      <p>
        {formatQuantity(failed, 'pair')} cannot be voted on for want of an answer. The others are
        not affected.
      </p>
      {told.map(({ ordinal, reason }) => (
        <p key={`${ordinal} ${reason}`} className="small dim">
          Pair {ordinal + 1}: <VisibleText text={reason} />
        </p>
      ))}
      {failures.length > told.length && (
        <p className="small dim">The report names all of them, as does the step to each pair.</p>
      )}
    </section>
  );
}

/** A packet tells neither systems nor evaluation, and reveals nothing. */
function PacketHead({ summary }: { summary: EvaluationSummary }) {
  return (
    <header className="evaluate-head">
      <div className="evaluate-title">
        <h1>{formatQuantity(summary.comparisons, 'pair')} to vote on</h1>
      </div>
      <Badge tone="warn" title="What wrote which answer is not in this packet">
        blind
      </Badge>
    </header>
  );
}
