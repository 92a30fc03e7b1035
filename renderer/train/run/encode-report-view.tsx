import type { EncodeReport, Run } from '../../../shared/domain/run.ts';
import { formatCount, formatQuantity, formatShare } from '../../../shared/text/numbers.ts';
import { Button } from '../../ui/button.tsx';
import { shortHash } from '../../ui/format.ts';
import { showSample } from '../../ui/navigation.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';

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
        <Report report={report} maxTokens={report.maxTokens ?? recipe.maxTokens} />
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
  const { samples, tokens, trainedTokens, heldOut } = report;
  const { truncated, split, perAnswer, dropped, remarked, templateSha256 } = report;
  const share = tokens === 0 ? 0 : trainedTokens / tokens;
  const isWhole = truncated.length + split.length + dropped.length === 0;
  return (
    <>
      <p>
        <strong>{formatQuantity(samples, 'sample')}</strong>, {formatQuantity(tokens, 'token')};{' '}
        {formatCount(trainedTokens)} of them ({formatShare(share, 1)}) count in the loss.{' '}
        {heldOut.samples > 0 &&
          `${formatQuantity(heldOut.samples, 'more sample')} with ${formatQuantity(heldOut.scoredTokens, 'scored token')} held out for the dev loss. `}
        {isWhole && 'None was cut, split or left out. '}
        <span className="dim">
          Chat template{' '}
          <code title={templateSha256}>{shortHash(templateSha256) || 'built in'}</code>
        </span>
      </p>
      <EncodedSamples
        title={`${formatQuantity(dropped.length, 'sample')} left out`}
        label="Samples left out"
        column="Reason"
        rows={dropped.map(({ reason, ...sample }) => ({ ...sample, text: reason }))}
      />
      <EncodedSamples
        title={`${formatQuantity(remarked.length, 'sample')} may teach something else than meant`}
        label="Samples with a remark"
        column="Remark"
        rows={remarked}
      />
      <EncodedSamples
        title={`${formatQuantity(perAnswer.length, 'sample')} trained as one sample per answer`}
        label="Samples per answer"
        column="Samples, each with its own thinking"
        rows={perAnswer.map(({ sequences, ...sample }) => ({
          ...sample,
          text: formatQuantity(sequences, 'sample'),
        }))}
      />
      <EncodedSamples
        title={`${formatQuantity(truncated.length, 'sample')} cut at ${formatCount(maxTokens)} tokens`}
        label="Samples cut"
        column="Length before the cut"
        rows={truncated.map(({ tokens, ...sample }) => ({
          ...sample,
          text: `${formatQuantity(tokens, 'token')}, ${formatCount(tokens - maxTokens)} cut off`,
        }))}
      />
      <EncodedSamples
        title={`${formatQuantity(split.length, 'sample')} split`}
        label="Samples split"
        column="Length and sequences"
        rows={split.map(({ tokens, sequences, ...sample }) => ({
          ...sample,
          text: splitText(tokens, sequences),
        }))}
      />
    </>
  );
}

function splitText(tokens: number, sequences: number | null): string {
  const length = formatQuantity(tokens, 'token');
  return sequences === null ? length : `${length} in ${formatQuantity(sequences, 'sequence')}`;
}

interface SampleListProps {
  title: string;
  label: string;
  column: string;
  rows: readonly { id: string; prompt: string; text: string }[];
}

function EncodedSamples({ title, label, column, rows }: SampleListProps) {
  if (rows.length === 0) return null;
  return (
    <details open={rows.length <= 8}>
      <summary>{title}</summary>
      <div className="run-table-scroll">
        <table className="table" aria-label={label}>
          <thead>
            <tr>
              <th>Sample</th>
              <th>{column}</th>
              <th aria-label="Actions" />
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, prompt, text }) => (
              <tr key={id}>
                <td title={id}>
                  <VisibleText text={prompt === '' ? id : prompt} />
                </td>
                <td>
                  <VisibleText text={text} />
                </td>
                <td className="number">
                  <Button small variant="ghost" onClick={() => showSample(id)}>
                    Open in Curate
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
