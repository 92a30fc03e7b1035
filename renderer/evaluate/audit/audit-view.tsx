import { Play, Square } from 'lucide-react';
import type { AuditSummary } from '../../../shared/contract/audits.ts';
import type { AuditFindings } from '../../../shared/domain/judge/audit/audit-findings.ts';
import { isJobFinished } from '../../../shared/domain/job.ts';
import { adviceFor } from '../../../shared/text/error-advice.ts';
import { auditRows, flagTexts } from '../../../shared/text/evaluate/judge-audit.ts';
import { formatQuantity, timeLeft } from '../../../shared/text/numbers.ts';
import { describeJob } from '../../../shared/text/progress.ts';
import { useJob } from '../../rpc/jobs.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { EditButton } from '../../ui/edit-button.tsx';
import { Badge } from '../../ui/feedback/badge.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';
import { resumeJob } from '../../ui/resume-job.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { FigureTable } from '../results/figure-table.tsx';

/** One audit: how far it is, or its flags, figures and what to do. */
export function AuditView({ audit }: { audit: AuditSummary }) {
  const { judge, rubric, findings, failures } = audit;
  return (
    <section className="panel column" aria-label={`Audit of ${judge}, rubric ${rubric.name}`}>
      <h2>
        <VisibleText text={judge} /> · <VisibleText text={rubric.name} />
      </h2>
      {findings ? <Findings findings={findings} /> : <AuditProgress audit={audit} />}
      {failures.map((reason) => (
        <p key={reason} className="small dim">
          Not asked: <VisibleText text={reason} />
        </p>
      ))}
    </section>
  );
}

function Findings({ findings }: { findings: AuditFindings }) {
  const { flags } = findings;
  const rows = auditRows(findings).map(({ name, value, meaning }) => [name, value, meaning]);
  return (
    <>
      <p className="row">
        {flags.length === 0 ? (
          <Badge>no flags</Badge>
        ) : (
          flags.map((flag) => (
            <Badge key={flag} tone="bad">
              {flag}
            </Badge>
          ))
        )}
      </p>
      {flags.length > 0 && (
        <ul className="results-warnings" aria-label="Flags">
          {flags.map((flag) => (
            <li key={flag}>
              {flag}: {flagTexts[flag].says} {flagTexts[flag].advice}
            </li>
          ))}
        </ul>
      )}
      <FigureTable
        title="What was measured"
        table={{ columns: ['Measure', 'Value', 'Meaning'], rows }}
      />
    </>
  );
}

/** How far the judge is, with the way to stop and to go on. */
function AuditProgress({ audit: { jobId, done, total } }: { audit: AuditSummary }) {
  const job = useJob(jobId);
  const cancel = useAction((id: string) => rpc.jobs.cancel({ id }));
  const resume = useAction(resumeJob);
  const isHalted = job !== undefined && isJobFinished(job.state);
  const error = cancel.error ?? resume.error;
  return (
    <>
      <div className="row">
        <span>
          {done} of {formatQuantity(total, 'verdict')}
        </span>
        {job && !isHalted && (
          <span className="dim">
            {describeJob(job)} {timeLeft(job.progress?.etaMs)}
          </span>
        )}
        <span className="spacer" />
        {job && !isHalted && (
          <EditButton
            small
            icon={<Square size={12} />}
            disabled={job.state === 'cancelling'}
            isBusy={cancel.isRunning}
            onClick={() => void cancel.run(job.id)}
          >
            Cancel
          </EditButton>
        )}
        {job && isHalted && job.state !== 'succeeded' && (
          <EditButton
            small
            variant="primary"
            icon={<Play size={12} />}
            isBusy={resume.isRunning}
            onClick={() => void resume.run(job.id)}
          >
            Resume
          </EditButton>
        )}
      </div>
      <ProgressBar label="Verdicts" done={done} total={total} />
      {isHalted && <p className="dim">Stopped: the verdicts that came are kept.</p>}
      {job?.error && <ErrorView error={{ ...job.error, advice: adviceFor(job.error.code) }} />}
      {error !== undefined && <ErrorView error={error} />}
    </>
  );
}
