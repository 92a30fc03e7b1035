import { useMemo } from 'react';
import {
  xrayTotals,
  xrayTotalsBySource,
  type XrayProblem,
  type XraySourceTotals,
} from '../../../shared/domain/xray-totals.ts';
import type { XrayRow } from '../../../shared/domain/xray.ts';
import { formatCount, formatQuantity, formatShare } from '../../../shared/text/numbers.ts';
import { allWholeText } from '../../../shared/text/xray.ts';
import { Button } from '../../ui/button.tsx';
import { shortHash } from '../../ui/format.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { XrayHistogram } from './xray-histogram.tsx';
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
