import { useMemo } from 'react';
import { lengthHistogram, type LengthBin } from '../../../shared/domain/xray-totals.ts';
import type { XrayRow } from '../../../shared/domain/xray.ts';
import { formatCount, formatQuantity } from '../../../shared/text/numbers.ts';

interface XrayHistogramProps {
  rows: readonly XrayRow[];
  maxTokens: number;
}

/** Lengths of the samples before any cut, with the cut line. */
export function XrayHistogram({ rows, maxTokens }: XrayHistogramProps) {
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
    </figure>
  );
}

interface BarProps {
  bin: LengthBin;
  most: number;
  isLast: boolean;
}

function Bar({ bin, most, isLast }: BarProps) {
  const { from, to, fitting, overlong } = bin;
  const range = isLast
    ? `${formatCount(from)} and more`
    : `${formatCount(from)} to ${formatCount(to - 1)}`;
  return (
    <span
      className="xray-bar"
      title={`${range} tokens: ${formatQuantity(fitting + overlong, 'sample')}`}
    >
      {overlong > 0 && (
        <span className="xray-bar-over" style={{ height: `${(100 * overlong) / most}%` }} />
      )}
      <span className="xray-bar-fit" style={{ height: `${(100 * fitting) / most}%` }} />
    </span>
  );
}
