import { useState, type ReactNode } from 'react';
import { ChevronRight, Gavel } from 'lucide-react';
import type { Judged, JudgingSummary } from '../../../shared/contract/judgings.ts';
import { besidePeople } from '../../../shared/report/grades/beside-people.ts';
import { gradeTables } from '../../../shared/report/grades/grade-tables.ts';
import { auditStanding } from '../../../shared/text/evaluate/judge-audit.ts';
import { askedText, rubricLabel } from '../../../shared/text/evaluate/judging.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Badge } from '../../ui/feedback/badge.tsx';
import { QueryView } from '../../ui/feedback/states.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { showEvaluate } from '../evaluate-store.ts';
import { FigureTable } from '../figure-table.tsx';
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
  // Voters need the room more than a judge that is asked once.
  return (
    <section className="panel" aria-label="Judges">
      <LazyDetails
        isOpenAtFirst={!isBlind}
        summary={
          <>
            <ChevronRight size={14} aria-hidden />
            <h2>Judges</h2>
          </>
        }
      >
        <Judgings judged={judged} isBlind={isBlind} />
        <AskPanel judged={judged} />
      </LazyDetails>
    </section>
  );
}

interface LazyDetailsProps {
  isOpenAtFirst?: boolean;
  summary: ReactNode;
  children: ReactNode;
}

/**
 * Makes what it holds when it is opened: while people vote, verdicts would be read anew at every
 * vote, and a list of models would name the systems that voters must not know.
 */
function LazyDetails({ isOpenAtFirst = false, summary, children }: LazyDetailsProps) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  return (
    <details
      className="judges"
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>{summary}</summary>
      {isOpen && <div className="column">{children}</div>}
    </details>
  );
}

function Judgings({ judged, isBlind }: JudgesPanelProps) {
  const { kind, id } = judged;
  const judgings = useQuery(['judgings.list', kind, id], () => rpc.judgings.list(judged), [
    'evaluations',
  ]);
  return (
    <QueryView query={judgings}>
      {(list) => (
        <>
          {list.map((judging) => (
            <JudgingView key={judging.id} judging={judging} isBlind={isBlind} />
          ))}
          {list.length === 0 && <p className="small dim">None was asked.</p>}
          {list.length > 0 && isBlind && (
            <p className="small dim">What they say is told with the votes, after the reveal.</p>
          )}
        </>
      )}
    </QueryView>
  );
}

function AskPanel({ judged }: { judged: Judged }) {
  return (
    <LazyDetails
      summary={
        <>
          <Gavel size={13} aria-hidden /> Ask a judge…
        </>
      }
    >
      <JudgeForm
        label="Ask a judge"
        submit="Judge"
        note="A verdict is read from the probabilities of the judge’s next token: nothing is written and nothing is parsed. The same judge and rubric again asks only for what lacks, and takes over what it said before of word for word the same texts."
        takesOver
        onStart={askJudge(judged)}
      />
      <div className="row">
        <Button small variant="ghost" onClick={() => showEvaluate({ kind: 'judges' })}>
          Audits and rubrics
        </Button>
      </div>
    </LazyDetails>
  );
}

function JudgingView({ judging, isBlind }: { judging: JudgingSummary; isBlind: boolean }) {
  const { judge, rubric, identical, failures, auditFlags, done, total } = judging;
  const { kind } = rubric.text;
  return (
    <article className="judging" aria-label={`${judge} · ${rubricLabel(rubric)}`}>
      <div className="row">
        <strong>
          <VisibleText text={judge} />
        </strong>
        <span className="dim">
          <VisibleText text={rubricLabel(rubric)} />
        </span>
        {kind !== 'safety' && (
          <Badge tone={auditFlags?.length === 0 ? 'good' : 'warn'}>
            {auditStanding(auditFlags)}
          </Badge>
        )}
      </div>
      <JudgingProgress jobId={judging.jobId} done={done} total={total} />
      {judging.takenOver > 0 && <p className="small dim">{askedText(judging)}.</p>}
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
      {!isBlind && (kind === 'absolute' || kind === 'safety') && <BesidePeople judging={judging} />}
    </article>
  );
}

/** What one judge and people say of the same answers, of dialogues turn by turn. */
function BesidePeople({ judging: { judged, author } }: { judging: JudgingSummary }) {
  const { kind, id } = judged;
  const report = useQuery(['grades.report', kind, id], () => rpc.grades.report({ kind, id }), [
    'evaluations',
    'prompts',
  ]);
  return (
    <QueryView query={report}>
      {(data) =>
        gradeTables(besidePeople(data, author), []).map(({ title, table }) => (
          <FigureTable key={title} title={`${title}: ${author}`} table={table} />
        ))
      }
    </QueryView>
  );
}
