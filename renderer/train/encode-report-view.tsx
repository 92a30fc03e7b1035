import type { EncodeReport, Run } from '../../shared/domain/run.ts';
import { formatCount, formatQuantity, formatShare, shortHash } from '../ui/format.ts';
import { VisibleText } from '../ui/visible-text.tsx';

interface EncodeReportViewProps {
  run: Run;
  isFinished: boolean;
}

/** What the trainer saw of the dataset: every sample that was cut or left out, with its reason. */
export function EncodeReportView({ run, isFinished }: EncodeReportViewProps) {
  const { encodeReport: report, recipe } = run;
  return (
    <section className="column" aria-label="Samples as trained">
      <h2>Samples as trained</h2>
      {report ? (
        <Report report={report} maxTokens={recipe.maxTokens} />
      ) : (
        <p className="dim">
          {isFinished
            ? 'The run ended before its samples were encoded.'
            : 'Counted before the first step.'}
        </p>
      )}
    </section>
  );
}

function Report({ report, maxTokens }: { report: EncodeReport; maxTokens: number }) {
  const { samples, tokens, trainedTokens, truncated, dropped, templateSha256 } = report;
  const droppedIds = new Set(dropped.map(({ id }) => id));
  const cut = truncated.filter(({ id }) => !droppedIds.has(id));
  const share = tokens === 0 ? 0 : trainedTokens / tokens;
  return (
    <>
      <p>
        <strong>{formatQuantity(samples, 'sample')}</strong>, {formatQuantity(tokens, 'token')};{' '}
        {formatCount(trainedTokens)} of them ({formatShare(share, 1)}) count in the loss.{' '}
        {cut.length === 0 && dropped.length === 0 && 'None was cut or left out. '}
        <span className="dim">
          Chat template{' '}
          <code title={templateSha256}>{shortHash(templateSha256) || 'built in'}</code>
        </span>
      </p>
      {dropped.length > 0 && (
        <SampleList
          title={`${formatQuantity(dropped.length, 'sample')} left out`}
          label="Samples left out"
          column="Reason"
          rows={dropped.map(({ id, reason }) => ({ id, text: reason }))}
        />
      )}
      {cut.length > 0 && (
        <SampleList
          title={`${formatQuantity(cut.length, 'sample')} cut at ${formatCount(maxTokens)} tokens`}
          label="Samples cut"
          column="Length before the cut"
          rows={cut.map(({ id, tokens }) => ({
            id,
            text: `${formatQuantity(tokens, 'token')}, ${formatCount(tokens - maxTokens)} cut off`,
          }))}
        />
      )}
    </>
  );
}

interface SampleListProps {
  title: string;
  label: string;
  column: string;
  rows: readonly { id: string; text: string }[];
}

function SampleList({ title, label, column, rows }: SampleListProps) {
  return (
    <details open={rows.length <= 8}>
      <summary>{title}</summary>
      <div className="run-table-scroll">
        <table className="table" aria-label={label}>
          <thead>
            <tr>
              <th>Sample</th>
              <th>{column}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, text }) => (
              <tr key={id}>
                <td className="mono dim">{id}</td>
                <td>
                  <VisibleText text={text} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
