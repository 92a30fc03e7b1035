import type { ReportTable } from '../../shared/report/report-figures.ts';
import { ColumnHeads } from '../ui/column-heads.tsx';

interface FigureTableProps {
  title: string;
  table: ReportTable;
  /** For what points to the table. */
  id?: string;
}

/** A table of the report, as its writers compute it. */
export function FigureTable({ title, table, id }: FigureTableProps) {
  return (
    <section className="results-section" aria-label={title}>
      <h2>{title}</h2>
      <table className="table" aria-label={title} id={id}>
        <ColumnHeads columns={table.columns} />
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Labels with their values. */
export function FactList({ title, rows }: { title: string; rows: readonly string[][] }) {
  return (
    <section className="results-section" aria-label={title}>
      <h2>{title}</h2>
      <dl className="facts">
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
