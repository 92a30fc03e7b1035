import { Download } from 'lucide-react';
import type { GradeReport } from '../../../shared/domain/report/grade-report.ts';
import type { ReportJudge } from '../../../shared/domain/report/report-judge.ts';
import { gradeBars } from '../../../shared/report/grades/grade-figure.ts';
import { likertBars } from '../../../shared/report/figures/likert-figure.ts';
import {
  gradesToCsv,
  gradeTables,
  judgesTable,
} from '../../../shared/report/grades/grade-tables.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { saveText } from '../../ui/files/save-text.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import type { GradedSubject } from '../evaluate-store.ts';
import { FigureTable } from '../figure-table.tsx';
import { FigureView } from '../../ui/figures/figure-view.tsx';

const tableId = 'grades-by-system';
const judgesTableId = 'grades-by-judges';

/** By which figures point to the tables that say the same. */
const idOf = (title: string, at: number) =>
  title === judgesTable ? judgesTableId : at === 0 ? tableId : undefined;

interface GradeResultsProps extends GradedSubject {
  /** What judges said, as the report has it. */
  judges: readonly ReportJudge[];
}

/** What grades of single answers say of revealed systems; nothing where nobody graded. */
export function GradeResults({ kind, id, judges }: GradeResultsProps) {
  const { data, error } = useQuery(
    ['grades.report', kind, id],
    () => rpc.grades.report({ kind, id }),
    ['evaluations', 'prompts'],
  );
  const save = useAction((report: GradeReport) => {
    const write = () => gradesToCsv(report);
    const leaving = { title: 'Save the grades', fileName: 'grades.csv', mediaType: 'text/csv' };
    return saveText({ ...leaving, write }, (target) => rpc.grades.saveCsv({ kind, id, ...target }));
  });
  if (error !== undefined) return <ErrorView error={error} />;
  const tables = data ? gradeTables(data, judges) : [];
  if (!data || tables.length === 0) return null;
  const figure = gradeBars(data);
  const likert = likertBars(judges);
  return (
    <section className="results-section" aria-label="Grades of single answers">
      <h2>Grades of single answers</h2>
      {figure && <FigureView figure={figure} fileName="grades.svg" tableId={tableId} />}
      {likert && <FigureView figure={likert} fileName="levels.svg" tableId={judgesTableId} />}
      {tables.map(({ title, table }, at) => (
        <FigureTable
          key={title}
          title={title}
          table={table}
          {...(idOf(title, at) !== undefined && { id: idOf(title, at) ?? '' })}
        />
      ))}
      {data.methods !== '' && (
        <p className="results-methods dim">
          <VisibleText text={data.methods} />
        </p>
      )}
      {data.remarks.length > 0 && (
        <ul className="results-warnings" aria-label="Remarks on grades">
          {data.remarks.map((remark) => (
            <li key={remark}>
              <VisibleText text={remark} />
            </li>
          ))}
        </ul>
      )}
      <div className="row">
        <Button small icon={<Download size={13} />} onClick={() => void save.run(data)}>
          Grades (CSV)
        </Button>
        {save.error !== undefined && <ErrorView error={save.error} />}
      </div>
    </section>
  );
}
