import { useMemo } from 'react';
import {
  xrayTotals,
  xrayTotalsBySource,
  lengthHistogram,
  type XrayProblem,
  type XraySourceTotals,
  type LengthBin,
} from '../../../shared/domain/xray-totals.ts';
import type { XrayRow } from '../../../shared/domain/xray.ts';
import { formatCount, formatQuantity, formatShare } from '../../../shared/text/numbers.ts';
import { allWholeText } from '../../../shared/text/xray.ts';
import { Button } from '../../ui/button.tsx';
import { ChartTable } from '../../ui/chart-table.tsx';
import { shortHash } from '../../ui/format.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { useXray } from './xray-store.ts';
import './xray-overview.css';

/** The dataset as a whole: sums, what does not come whole, lengths, and who weighs how much. */
export function XrayOverview() {
  const { rows, maxTokens, templateSha256, heldOutIds } = useXray();
  const totals = useMemo(() => xrayTotals(rows), [rows]);
  const sources = useMemo(() => xrayTotalsBySource(rows), [rows]);
  const share = totals.tokens === 0 ? 0 : totals.trainedTokens / totals.tokens;
  return (
    <div className="xray-overview" data-scroll-keys tabIndex={-1}>
      <p>
        <strong>{formatQuantity(totals.samples, 'sample')}</strong>,{' '}
        {formatQuantity(totals.tokens, 'token')};{' '}
        <strong>{formatQuantity(totals.trainedTokens, 'token')}</strong> ({formatShare(share, 1)})
        count in the loss.{' '}
        {templateSha256 !== '' && (
          <span className="dim">
            Chat template <code title={templateSha256}>{shortHash(templateSha256)}</code>
          </span>
        )}
      </p>
      {heldOutIds.size > 0 && (
        <p className="row">
          <Button small onClick={() => useXray.setState({ problem: 'held-out', source: '' })}>
            {formatQuantity(heldOutIds.size, 'sample')} held out
          </Button>
          <span>never trained on, only measured for the dev loss at every epoch</span>
        </p>
      )}
      <Problems rows={rows} />
      <XrayHistogram rows={rows} maxTokens={maxTokens} />
      <SourceTable sources={sources} rows={rows.length} />
    </div>
  );
}

const problems: readonly { problem: XrayProblem; text: string }[] = [
  { problem: 'dropped', text: 'left out' },
  { problem: 'differing', text: 'asked with another prompt in a chat' },
  { problem: 'thoughtless', text: 'trained without their thinking' },
  { problem: 'masked', text: 'with answers masked, whose thinking is dropped' },
  { problem: 'perAnswer', text: 'as one sample per answer' },
  { problem: 'templated', text: 'with text of a chat template' },
  { problem: 'truncated', text: 'cut' },
  { problem: 'split', text: 'split' },
  { problem: 'unended', text: 'without a trained end of turn' },
];

function Problems({ rows }: { rows: readonly XrayRow[] }) {
  const totals = xrayTotals(rows);
  const found = problems.filter(({ problem }) => totals[problem] > 0);
  if (found.length === 0) return <p className="dim">{allWholeText}</p>;
  return (
    <div className="row row-wrap" role="group" aria-label="Samples that do not come whole">
      {found.map(({ problem, text }) => (
        <Button key={problem} small onClick={() => useXray.setState({ problem, source: '' })}>
          {formatQuantity(totals[problem], 'sample')} {text}
        </Button>
      ))}
    </div>
  );
}

function SourceTable({ sources, rows }: { sources: readonly XraySourceTotals[]; rows: number }) {
  return (
    <div className="xray-sources">
      <table className="table" aria-label="Totals by source">
        <thead>
          <tr>
            <th>Source</th>
            <th className="number">Samples</th>
            <th className="number">Tokens</th>
            <th className="number">Trained</th>
            <th>Share of samples and of trained tokens</th>
          </tr>
        </thead>
        <tbody>
          {sources.map(({ source, samples, tokens, trainedTokens, trainedShare }) => (
            <tr key={source}>
              <td>
                <VisibleText text={source} />
              </td>
              <td className="number">{formatCount(samples)}</td>
              <td className="number">{formatCount(tokens)}</td>
              <td className="number">{formatCount(trainedTokens)}</td>
              <td>
                <ShareBars sampleShare={samples / rows} trainedShare={trainedShare} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ShareBars({ sampleShare, trainedShare }: { sampleShare: number; trainedShare: number }) {
  return (
    <span className="xray-shares">
      <span className="xray-share-track">
        <span className="xray-share-samples" style={{ width: `${100 * sampleShare}%` }} />
        <span className="xray-share-trained" style={{ width: `${100 * trainedShare}%` }} />
      </span>
      <span className="small">
        {formatShare(sampleShare)} of samples, <strong>{formatShare(trainedShare)}</strong> of
        trained tokens
      </span>
    </span>
  );
}

interface XrayHistogramProps {
  rows: readonly XrayRow[];
  maxTokens: number;
}

/** Lengths of the samples before any cut, with the cut line. */
function XrayHistogram({ rows, maxTokens }: XrayHistogramProps) {
  const bins = useMemo(() => lengthHistogram(rows, maxTokens), [rows, maxTokens]);
  const most = Math.max(1, ...bins.map(({ fitting, overlong }) => fitting + overlong));
  const end = bins.at(-1)?.to ?? 0;
  if (end === 0) return null;
  const overlong = bins.reduce((sum, bin) => sum + bin.overlong, 0);
  const isCutShown = maxTokens < end;
  return (
    <figure className="xray-histogram">
      <figcaption className="small dim">
        Length of a sample in tokens; {overlong === 0 ? 'none' : formatCount(overlong)} of{' '}
        {formatQuantity(rows.length, 'sample')} longer than {formatCount(maxTokens)}
        {!isCutShown && ', which lies to the right'}
      </figcaption>
      <div className="xray-bars" role="img" aria-label="Histogram of sample lengths">
        {bins.map((bin) => (
          <Bar key={bin.from} bin={bin} most={most} isLast={bin.to === end} />
        ))}
        {isCutShown && (
          <span className="xray-cut-line" style={{ left: `${(100 * maxTokens) / end}%` }} />
        )}
      </div>
      <div className="xray-axis small faint">
        <span>0</span>
        {isCutShown && (
          <span className="xray-cut-label" style={{ left: `${(100 * maxTokens) / end}%` }}>
            {formatCount(maxTokens)}
          </span>
        )}
        <span>{formatCount(end)}</span>
      </div>
      <ChartTable
        title="Lengths"
        columns={['Tokens', 'Samples that fit', 'Longer than the limit']}
        count={bins.length}
        rowAt={(at) => binCells(bins, at)}
      />
    </figure>
  );
}

function binCells(bins: readonly LengthBin[], at: number): string[] {
  const bin = bins[at];
  if (!bin) return [];
  const counts = [bin.fitting, bin.overlong].map((count) => formatCount(count));
  return [rangeOf(bin, at === bins.length - 1), ...counts];
}

const rangeOf = ({ from, to }: LengthBin, isLast: boolean) =>
  isLast ? `${formatCount(from)} and more` : `${formatCount(from)} to ${formatCount(to - 1)}`;

interface BarProps {
  bin: LengthBin;
  most: number;
  isLast: boolean;
}

function Bar({ bin, most, isLast }: BarProps) {
  const { fitting, overlong } = bin;
  return (
    <span
      className="xray-bar"
      title={`${rangeOf(bin, isLast)} tokens: ${formatQuantity(fitting + overlong, 'sample')}`}
    >
      {overlong > 0 && (
        <span className="xray-bar-over" style={{ height: `${(100 * overlong) / most}%` }} />
      )}
      <span className="xray-bar-fit" style={{ height: `${(100 * fitting) / most}%` }} />
    </span>
  );
}
