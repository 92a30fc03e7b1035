import type { ImportReport } from '../../../shared/contract/curate.ts';
import type { Job } from '../../../shared/contract/job-kinds.ts';
import { isJobFinished } from '../../../shared/domain/job.ts';
import {
  formatBytes,
  formatCount,
  formatQuantity,
  timeLeft,
} from '../../../shared/text/numbers.ts';
import { adviceFor } from '../../../shared/text/error-advice.ts';
import { describeJob } from '../../../shared/text/progress.ts';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';
import { LoadingState } from '../../ui/feedback/states.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';

/** An import as it runs, and what it did. */
export function ImportOutcome({ job }: { job: Job | undefined }) {
  if (!job) return <LoadingState label="Starting…" />;
  const report = job.kind === 'import' ? job.result : null;
  return (
    <>
      {!isJobFinished(job.state) && <ImportProgress job={job} />}
      {job.error !== null && (
        <ErrorView error={{ ...job.error, advice: adviceFor(job.error.code) }} />
      )}
      {job.state === 'cancelled' && <p>The import was cancelled. What it had added stays.</p>}
      {report && <ReportView report={report} />}
    </>
  );
}

function ImportProgress({ job }: { job: Job }) {
  const { progress } = job;
  const isKnown = progress !== null && progress.total > 0;
  return (
    <div className="import-progress">
      <ProgressBar label={job.title} done={progress?.done ?? 0} total={progress?.total ?? 0} />
      <div className="row dim small">
        <span>{progress?.detail ?? describeJob(job)}</span>
        <span className="spacer" />
        {isKnown && (
          <span>
            {formatBytes(progress.done)} of {formatBytes(progress.total)}
          </span>
        )}
        <span>{timeLeft(progress?.etaMs)}</span>
      </div>
    </div>
  );
}

function ReportView({ report }: { report: ImportReport }) {
  const reasons = Object.entries(report.rejected).toSorted((a, b) => b[1] - a[1]);
  const rejected = reasons.reduce((sum, [, count]) => sum + count, 0);
  return (
    <>
      <dl className="import-counts">
        <Count label="Read" value={report.read} />
        <Count label="Added" value={report.added} />
        <Count label="Duplicates" value={report.duplicates} />
        <Count label="Not usable" value={rejected} />
      </dl>
      <p className="dim small">Read as {report.format}.</p>
      {reasons.length > 0 && <Reasons reasons={reasons} />}
      {report.errorsTotal > 0 && <BadLines report={report} />}
    </>
  );
}

function Count({ label, value }: { label: string; value: number }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{formatCount(value)}</dd>
    </div>
  );
}

function Reasons({ reasons }: { reasons: readonly [string, number][] }) {
  return (
    <table className="table" aria-label="Why records were not usable">
      <thead>
        <tr>
          <th>Why records were not usable</th>
          <th className="number">Records</th>
        </tr>
      </thead>
      <tbody>
        {reasons.map(([reason, count]) => (
          <tr key={reason}>
            <td>
              <VisibleText text={reason} />
            </td>
            <td className="number">{formatCount(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function BadLines({ report }: { report: ImportReport }) {
  const hidden = report.errorsTotal - report.errors.length;
  return (
    <section className="column">
      <h3>{formatQuantity(report.errorsTotal, 'bad line')}</h3>
      <div className="import-errors">
        <table className="table" aria-label="Bad lines">
          <thead>
            <tr>
              <th className="number">Line</th>
              <th>What is wrong</th>
            </tr>
          </thead>
          <tbody>
            {report.errors.map((error, index) => (
              <tr key={index}>
                <td className="number">{formatCount(error.line)}</td>
                <td>
                  <VisibleText text={error.message} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {hidden > 0 && <p className="dim small">{formatCount(hidden)} more are not listed.</p>}
    </section>
  );
}
