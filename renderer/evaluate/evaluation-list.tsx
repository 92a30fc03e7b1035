import type { ReactNode } from 'react';
import { FileDown, Plus } from 'lucide-react';
import type { EvaluationSummary } from '../../shared/contract/evaluate.ts';
import type { PromptSet } from '../../shared/domain/evaluate/evaluation.ts';
import { promptCount } from '../../shared/text/evaluate/prompts.ts';
import { useJob } from '../rpc/jobs.ts';
import { EditButton } from '../ui/edit-button.tsx';
import { Badge, type Tone } from '../ui/feedback/badge.tsx';
import { ProgressBar } from '../ui/feedback/progress.tsx';
import { QueryView } from '../ui/feedback/states.tsx';
import { formatMoment, shortHash } from '../ui/format.ts';
import { Tagged, ThingLabels } from '../ui/things/thing-labels.tsx';
import { ThingRow } from '../ui/things/thing-menu.tsx';
import { useLabels } from '../ui/things/things-store.ts';
import { VisibleText } from '../ui/text/visible-text.tsx';
import { setImporting, showEvaluate, useEvaluate } from './evaluate-store.ts';
import { answerCounts, stageOf, stageText, type EvaluationStage } from './evaluation-stage.ts';
import { StudyRows } from './study/study-rows.tsx';
import { useEvaluations, usePromptSets } from './queries.ts';
import './evaluation-list.css';

/** The left side: evaluations with how far they are, and the prompt sets they draw from. */
export function EvaluationList() {
  const evaluations = useEvaluations();
  const sets = usePromptSets();
  return (
    <nav className="evaluation-list" aria-label="Evaluations and prompt sets">
      <ListHead title="Evaluations">
        <EditButton small icon={<Plus size={13} />} onClick={() => showEvaluate({ kind: 'new' })}>
          New…
        </EditButton>
      </ListHead>
      <QueryView query={evaluations}>
        {(all) => {
          // Those of a study are shown by its page.
          const list = all.filter(({ studyId }) => studyId === null);
          return list.length === 0 ? (
            <p className="evaluation-list-empty">None yet.</p>
          ) : (
            <Tagged thing="evaluation" list={list}>
              {(shown) => (
                <ul aria-label="Evaluations">
                  {shown.map((evaluation) => (
                    <EvaluationRow key={evaluation.id} evaluation={evaluation} />
                  ))}
                </ul>
              )}
            </Tagged>
          );
        }}
      </QueryView>
      <ListHead title="Studies">
        <EditButton
          small
          icon={<Plus size={13} />}
          aria-label="New study…"
          onClick={() => showEvaluate({ kind: 'new-study' })}
        >
          New…
        </EditButton>
      </ListHead>
      <StudyRows />
      <ListHead title="Prompt sets">
        <EditButton small icon={<FileDown size={13} />} onClick={() => setImporting(true)}>
          Import…
        </EditButton>
      </ListHead>
      <QueryView query={sets}>
        {(list) =>
          list.length === 0 ? (
            <p className="evaluation-list-empty">None yet: import a JSONL or text file.</p>
          ) : (
            <Tagged thing="prompt-set" list={list}>
              {(shown) => (
                <ul aria-label="Prompt sets">
                  {shown.map((set) => (
                    <PromptSetRow key={set.id} set={set} />
                  ))}
                </ul>
              )}
            </Tagged>
          )
        }
      </QueryView>
      <PageRow
        kind="votes"
        name="Statistics of votes"
        about="How many prompts are enough; votes in a file"
      />
      <PageRow
        kind="judges"
        name="Judges"
        about="Their rubrics, and audits before they are believed"
      />
    </nav>
  );
}

interface PageRowProps {
  kind: 'votes' | 'judges';
  name: string;
  about: string;
}

/** Leads to what needs no evaluation of the project. */
function PageRow({ kind, name, about }: PageRowProps) {
  const isCurrent = useEvaluate(({ selection }) => selection.kind === kind);
  return (
    <button
      type="button"
      className="evaluation-row evaluation-row-last"
      aria-current={isCurrent}
      onClick={() => showEvaluate({ kind })}
    >
      <span className="evaluation-row-name">{name}</span>
      <span className="small dim">{about}</span>
    </button>
  );
}

function ListHead({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="evaluation-list-head">
      <h2>{title}</h2>
      <span className="spacer" />
      {children}
    </div>
  );
}

const tones: Record<EvaluationStage, Tone> = {
  generating: 'accent',
  halted: 'bad',
  voting: 'warn',
  voted: 'warn',
  revealed: 'plain',
};

const words: Record<EvaluationStage, string> = {
  generating: 'generating',
  halted: 'halted',
  voting: 'blind',
  voted: 'blind',
  revealed: 'revealed',
};

function EvaluationRow({ evaluation }: { evaluation: EvaluationSummary }) {
  const job = useJob(evaluation.jobId);
  const { selection } = useEvaluate();
  const stage = stageOf(evaluation, job);
  const isCurrent = selection.kind === 'evaluation' && selection.id === evaluation.id;
  const { done, total } = answerCounts(evaluation);
  const labels = useLabels('evaluation')(evaluation.id);
  const { id, name } = evaluation;
  const onDeleted = () => isCurrent && showEvaluate({ kind: 'none' });
  const target = { thing: 'evaluation', id, name, onDeleted } as const;
  return (
    <ThingRow target={target} isCurrent={isCurrent}>
      <button
        type="button"
        className="evaluation-row"
        aria-current={isCurrent}
        onClick={() => showEvaluate({ kind: 'evaluation', id: evaluation.id })}
      >
        <span className="row">
          <span className="evaluation-row-name truncate">
            <VisibleText text={evaluation.name} />
          </span>
          <span className="spacer" />
          <Badge tone={tones[stage]}>{words[stage]}</Badge>
        </span>
        <span className="row small dim">
          <span className="truncate">{stageText(evaluation, stage)}</span>
          <span className="spacer" />
          <span className="faint truncate">{formatMoment(evaluation.createdMs)}</span>
        </span>
        <ThingLabels labels={labels} />
        {stage === 'generating' && (
          <ProgressBar label={`Answers of ${evaluation.name}`} done={done} total={total} />
        )}
      </button>
    </ThingRow>
  );
}

function PromptSetRow({ set }: { set: PromptSet }) {
  const { selection } = useEvaluate();
  const isCurrent = selection.kind === 'prompts' && selection.id === set.id;
  const labels = useLabels('prompt-set')(set.id);
  const onDeleted = () => isCurrent && showEvaluate({ kind: 'none' });
  const target = { thing: 'prompt-set', id: set.id, name: set.name, onDeleted } as const;
  return (
    <ThingRow target={target} isCurrent={isCurrent}>
      <button
        type="button"
        className="evaluation-row"
        aria-current={isCurrent}
        onClick={() => showEvaluate({ kind: 'prompts', id: set.id })}
      >
        <span className="evaluation-row-name truncate">
          <VisibleText text={set.name} />
        </span>
        <span className="row small dim">
          {promptCount(set)}
          <span className="mono faint">{shortHash(set.contentHash)}</span>
        </span>
        <ThingLabels labels={labels} />
      </button>
    </ThingRow>
  );
}
