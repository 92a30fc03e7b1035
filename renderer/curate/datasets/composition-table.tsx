import { formatCount, formatShare } from '../../ui/format.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import type { Part } from './composition.ts';
import './composition-table.css';

interface CompositionTableProps {
  title: string;
  parts: readonly Part[];
}

/** Sources with their counts and shares; the bars of two tables side by side have one scale. */
export function CompositionTable({ title, parts }: CompositionTableProps) {
  return (
    <table className="table composition" aria-label={title}>
      <thead>
        <tr>
          <th>{title}</th>
          <th className="number">Samples</th>
          <th className="number">Share</th>
        </tr>
      </thead>
      <tbody>
        {parts.map((part) => (
          <tr key={part.source}>
            <td>
              <VisibleText text={part.source} />
              <div className="composition-bar" style={{ width: `${100 * part.share}%` }} />
            </td>
            <td className="number">{formatCount(part.samples)}</td>
            <td className="number">{formatShare(part.share, part.share < 0.1 ? 1 : 0)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
