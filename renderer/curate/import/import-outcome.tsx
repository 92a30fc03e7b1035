import type { ImportReport } from '../../../shared/contract/curate.ts';
import { isJobFinished, type JobSnapshot } from '../../../shared/domain/job.ts';
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
export function ImportOutcome({ job }: { job: JobSnapshot | undefined }) {
  if (!job) return <LoadingState label="Starting…" />;
  const report = readImportReport(job.result);
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

function ImportProgress({ job }: { job: JobSnapshot }) {
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

type Json = NonNullable<JobSnapshot['result']>[string];

/**
 * The report inside an import job's result; `undefined` while there is none. Read by hand: the
 * contract's schema would bring the whole validator into the page for this one place.
 */
export function readImportReport(result: JobSnapshot['result']): ImportReport | undefined {
  if (typeof result?.['read'] !== 'number') return undefined;
  return {
    format: textOf(result['format']),
    read: numberOf(result['read']),
    added: numberOf(result['added']),
    duplicates: numberOf(result['duplicates']),
    rejected: countsOf(result['rejected']),
    errors: Array.isArray(result['errors']) ? result['errors'].flatMap(badLineOf) : [],
    errorsTotal: numberOf(result['errorsTotal']),
  };
}

function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function countsOf(value: Json | undefined): Record<string, number> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, count]) => [key, numberOf(count)]));
}

function badLineOf(value: Json): { line: number; message: string }[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return [{ line: numberOf(value['line']), message: textOf(value['message']) }];
}
