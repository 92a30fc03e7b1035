import { useState } from 'react';
import { ChevronRight, Gavel } from 'lucide-react';
import type { Judged, JudgingSummary } from '../../../shared/contract/judgings.ts';
import { auditStanding } from '../../../shared/text/evaluate/judge-audit.ts';
import { rubricLabel } from '../../../shared/text/evaluate/judging.ts';
import { formatCount, formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Badge } from '../../ui/feedback/badge.tsx';
import { QueryView } from '../../ui/feedback/states.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { showEvaluate } from '../evaluate-store.ts';
import { askJudge, JudgeForm } from './judge-form.tsx';
import { JudgingProgress } from './judging-progress.tsx';
import './judge.css';

interface JudgesPanelProps {
  judged: Judged;
  /** While it is blind, nobody is told what a judge said. */
  isBlind: boolean;
}

/** Judges of a study or an evaluation: how far each is, and a form that asks another one. */
export function JudgesPanel({ judged, isBlind }: JudgesPanelProps) {
  const { kind, id } = judged;
  const judgings = useQuery(['judgings.list', kind, id], () => rpc.judgings.list(judged), [
    'evaluations',
  ]);
  const list = judgings.data ?? [];
  // Voters need the room more than a judge that is asked once.
  return (
    <section className="panel" aria-label="Judges">
      <details className="judges" open={!isBlind}>
        <summary>
          <ChevronRight size={14} aria-hidden />
          <h2>Judges</h2>
          <span className="small dim">
            <VisibleText text={list.map(shortProgress).join(' · ') || 'none was asked'} />
          </span>
        </summary>
        <div className="column">
          <QueryView query={judgings}>
            {(all) => all.map((judging) => <JudgingView key={judging.id} judging={judging} />)}
          </QueryView>
          {list.length > 0 && isBlind && (
            <p className="small dim">What they say is told with the votes, after the reveal.</p>
          )}
          <AskPanel judged={judged} />
        </div>
      </details>
    </section>
  );
}

const shortProgress = ({ judge, rubric, done, total }: JudgingSummary): string =>
  `${judge}, ${rubricLabel(rubric)}: ${formatCount(done)} of ${formatQuantity(total, 'verdict')}`;

function AskPanel({ judged }: { judged: Judged }) {
  // Its list of models would name the systems that voters must not know.
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="judges" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Gavel size={13} aria-hidden /> Ask a judge…
      </summary>
      <div className="column">
        {isOpen && (
          <JudgeForm
            label="Ask a judge"
            submit="Judge"
            note="A verdict is read from the probabilities of the judge’s next token: nothing is written and nothing is parsed. The same judge and rubric again asks only for what lacks."
            onStart={askJudge(judged)}
          />
        )}
        <div className="row">
          <Button small variant="ghost" onClick={() => showEvaluate({ kind: 'judges' })}>
            Audits and rubrics
          </Button>
        </div>
      </div>
    </details>
  );
}

function JudgingView({ judging }: { judging: JudgingSummary }) {
  const { judge, rubric, identical, failures, auditFlags, done, total } = judging;
  return (
    <article className="judging" aria-label={`${judge} · ${rubricLabel(rubric)}`}>
      <div className="row">
        <strong>
          <VisibleText text={judge} />
        </strong>
        <span className="dim">
          <VisibleText text={rubricLabel(rubric)} />
        </span>
        <Badge tone={auditFlags?.length === 0 ? 'good' : 'warn'}>{auditStanding(auditFlags)}</Badge>
      </div>
      <JudgingProgress jobId={judging.jobId} done={done} total={total} />
      {identical > 0 && (
        <p className="small dim">
          {formatQuantity(identical, 'pair')} of identical answers: ties by rule, asked of nobody.
        </p>
      )}
      {failures.map((reason) => (
        <p key={reason} className="small dim">
          Not asked: <VisibleText text={reason} />
        </p>
      ))}
    </article>
  );
}
