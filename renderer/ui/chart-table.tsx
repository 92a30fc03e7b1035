import { useState } from 'react';
import { formatCount } from '../../shared/text/numbers.ts';
import { ColumnHeads } from './column-heads.tsx';
import './chart-table.css';

interface ChartTableProps {
  /** What the chart shows: names the table. */
  title: string;
  columns: readonly string[];
  /** How many rows there are, and the cells of one of them. */
  count: number;
  rowAt: (index: number) => readonly string[];
}

const mostRows = 200;

/** The numbers behind a chart, for who does not see it: computed once it is unfolded. */
export function ChartTable({ title, columns, count, rowAt }: ChartTableProps) {
  const [isOpen, setIsOpen] = useState(false);
  const shown = shownRows(count);
  return (
    <details className="chart-table" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary aria-label={`Values of ${title}`}>Values</summary>
      {isOpen && (
        <div className="chart-table-scroll">
          <table className="table" aria-label={`Values of ${title}`}>
            <ColumnHeads columns={columns} />
            <tbody>
              {shown.map((index) => (
                <Row key={index} cells={rowAt(index)} />
              ))}
            </tbody>
          </table>
          {shown.length < count && (
            <p className="small dim">
              {formatCount(shown.length)} of {formatCount(count)} points, evenly chosen.
            </p>
          )}
        </div>
      )}
    </details>
  );
}

function Row({ cells: [head, ...cells] }: { cells: readonly string[] }) {
  return (
    <tr>
      <th scope="row">{head}</th>
      {cells.map((cell, column) => (
        <td key={column}>{cell}</td>
      ))}
    </tr>
  );
}

/** Every row, or so many of them, first and last among them. */
export function shownRows(count: number): number[] {
  const shown = Math.min(count, mostRows);
  const stride = shown > 1 ? (count - 1) / (shown - 1) : 0;
  return Array.from({ length: shown }, (_, index) => Math.round(index * stride));
}
