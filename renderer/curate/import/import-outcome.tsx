import type { ImportReport } from '../../../shared/contract/curate.ts';
import { resultOf, type Job } from '../../../shared/contract/job-kinds.ts';
import { isJobFinished } from '../../../shared/domain/job.ts';
import {
  formatBytes,
  formatCount,
  formatQuantity,
  timeLeft,
} from '../../../shared/text/numbers.ts';
import { adviceFor } from '../../../shared/text/error-advice.ts';
import { encodingText, ignoredFieldsText, outcomeText } from '../../../shared/text/importing.ts';
import { describeJob } from '../../../shared/text/progress.ts';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';
import { LoadingState } from '../../ui/feedback/states.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';

interface ImportOutcomeProps {
  job: Job | undefined;
  isDryRun: boolean;
}

/** An import as it runs, and what it did. */
export function ImportOutcome({ job, isDryRun }: ImportOutcomeProps) {
  if (!job) return <LoadingState label="Starting…" />;
  const report = resultOf(job, 'import');
  return (
    <>
      {!isJobFinished(job.state) && <ImportProgress job={job} />}
      {job.error !== null && (
        <ErrorView error={{ ...job.error, advice: adviceFor(job.error.code) }} />
      )}
      {job.state === 'cancelled' && (
        <p>
          {isDryRun
            ? 'The dry run was cancelled. Nothing was stored.'
            : 'The import was cancelled. What it had added stays.'}
        </p>
      )}
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
  const { dryRun, read, added, duplicates, deleted, rows } = report;
  const ignored = ignoredFieldsText(report);
  const unused = rows.filter(({ outcome }) => outcome === 'left-out' || outcome === 'unusable');
  return (
    <>
      {dryRun && <p className="import-note">Dry run: nothing was stored.</p>}
      {report.encoding !== 'utf-8' && (
        <p className="import-note">{encodingText(report.encoding)}</p>
      )}
      <dl className="import-counts">
        <Count label="Rows read" value={read} />
        <Count label={dryRun ? 'Samples it would add' : 'Samples added'} value={added} />
        <Count label="Duplicates" value={duplicates} />
        {deleted > 0 && <Count label="Deleted before" value={deleted} />}
        <Count label="Rows not used" value={unused.reduce((sum, part) => sum + part.rows, 0)} />
      </dl>
      <p className="dim small">Read as {report.format}.</p>
      {rows.length > 0 && <RowsTable report={report} />}
      {ignored !== undefined && (
        <p className="import-note">
          <VisibleText text={ignored} />
        </p>
      )}
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

/** Where every row of the file is: the last line is the sum of those above. */
function RowsTable({ report: { read, rows, dryRun } }: { report: ImportReport }) {
  const title = `What ${dryRun ? 'would become' : 'became'} of ${read === 1 ? 'the row' : 'the rows'}`;
  return (
    <table className="table" aria-label={title}>
      <thead>
        <tr>
          <th className="number">Rows</th>
          <th>{title}</th>
          <th>Outcome</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((part) => (
          <tr key={`${part.outcome} ${part.reason}`}>
            <td className="number">{formatCount(part.rows)}</td>
            <td>
              <VisibleText text={part.reason} />
            </td>
            <td>{outcomeText(part.outcome, dryRun)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <td className="number">
            <strong>{formatCount(read)}</strong>
          </td>
          <td colSpan={2}>
            <strong>{read === 1 ? 'row' : 'rows'} in the file</strong>
          </td>
        </tr>
      </tfoot>
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
