import type { StudySummary } from '../../../shared/contract/studies.ts';
import { isJobFinished, type JobSnapshot } from '../../../shared/domain/job.ts';
import { formatCount, formatQuantity } from '../../../shared/text/numbers.ts';
import { useJob } from '../../rpc/jobs.ts';
import { Badge, type Tone } from '../../ui/feedback/badge.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';
import { QueryView } from '../../ui/feedback/states.tsx';
import { formatMoment } from '../../ui/format.ts';
import { Tagged, ThingLabels } from '../../ui/things/thing-labels.tsx';
import { ThingRow } from '../../ui/things/thing-menu.tsx';
import { useLabels } from '../../ui/things/things-store.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { showEvaluate, useEvaluate } from '../evaluate-store.ts';
import { useStudies } from '../queries.ts';

/** How far a study has come; `halted`: answers are missing and nothing makes them. */
export type StudyStage = 'generating' | 'halted' | 'blind' | 'revealed';

/** The stage of a study; a job that is not known yet is taken to be running. */
export function studyStage(
  { isRevealed, answered, answers }: StudySummary,
  job: Pick<JobSnapshot, 'state'> | undefined,
): StudyStage {
  if (isRevealed) return 'revealed';
  if (answered >= answers) return 'blind';
  return job && isJobFinished(job.state) ? 'halted' : 'generating';
}

const tones: Record<StudyStage, Tone> = {
  generating: 'accent',
  halted: 'bad',
  blind: 'warn',
  revealed: 'plain',
};

/** The studies of the project with how far they are. */
export function StudyRows() {
  const studies = useStudies();
  return (
    <QueryView query={studies}>
      {(list) =>
        list.length === 0 ? (
          <p className="evaluation-list-empty">None yet.</p>
        ) : (
          <Tagged thing="study" list={list}>
            {(shown) => (
              <ul aria-label="Studies">
                {shown.map((study) => (
                  <StudyRow key={study.id} study={study} />
                ))}
              </ul>
            )}
          </Tagged>
        )
      }
    </QueryView>
  );
}

function StudyRow({ study }: { study: StudySummary }) {
  const { id, name, answered, answers } = study;
  const stage = studyStage(study, useJob(study.jobId));
  const isCurrent = useEvaluate(
    ({ selection }) => selection.kind === 'study' && selection.id === id,
  );
  const labels = useLabels('study')(id);
  const onDeleted = () => isCurrent && showEvaluate({ kind: 'none' });
  return (
    <ThingRow target={{ thing: 'study', id, name, onDeleted }} isCurrent={isCurrent}>
      <button
        type="button"
        className="evaluation-row"
        aria-current={isCurrent}
        onClick={() => showEvaluate({ kind: 'study', id })}
      >
        <span className="row">
          <span className="evaluation-row-name truncate">
            <VisibleText text={name} />
          </span>
          <span className="spacer" />
          <Badge tone={tones[stage]}>{stage}</Badge>
        </span>
        <span className="row small dim">
          <span className="truncate">{standing(study, stage)}</span>
          <span className="spacer" />
          <span className="faint truncate">{formatMoment(study.createdMs)}</span>
        </span>
        <ThingLabels labels={labels} />
        {stage === 'generating' && (
          <ProgressBar label={`Answers of ${name}`} done={answered} total={answers} />
        )}
      </button>
    </ThingRow>
  );
}

function standing(study: StudySummary, stage: StudyStage): string {
  const { answered, answers, systems, queue, voted, comparisons, failed } = study;
  if (stage === 'generating' || stage === 'halted')
    return `${formatCount(answered)} of ${formatQuantity(answers, 'answer')}`;
  if (stage === 'blind')
    return `${formatCount(queue.left)} of ${formatQuantity(queue.total, 'pair')} left for you`;
  return `${formatQuantity(systems, 'system')}, ${voted} of ${comparisons - failed} voted`;
}
