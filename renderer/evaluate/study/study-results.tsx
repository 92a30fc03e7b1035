import type { ReactNode } from 'react';
import type { StudySummary } from '../../../shared/contract/studies.ts';
import { studyReportSchema, type StudyReport } from '../../../shared/domain/study/study-report.ts';
import {
  studyFigures,
  studyHeadline,
  studyOrigin,
  studyTables,
} from '../../../shared/report/study/write-study-report.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { FigureView } from '../../ui/figures/figure-view.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { JudgesPanel } from '../judge/judges-panel.tsx';
import { showEvaluate } from '../evaluate-store.ts';
import { GradeResults } from '../grade/grade-results.tsx';
import { FactList, FigureTable } from '../figure-table.tsx';
import { ResultsPage } from '../results/results-page.tsx';

/** The results of a revealed study, from the same report that can be saved. */
export function StudyResults({ summary }: { summary: StudySummary }) {
  const { id, name } = summary;
  const report = useQuery(
    ['studies.report', id],
    async () => {
      const { text } = await rpc.studies.report({ id, format: 'json' });
      return studyReportSchema.parse(JSON.parse(text));
    },
    ['evaluations'],
  );
  return (
    <ResultsPage kind="study" id={id} name={name} report={report}>
      {(data) => (
        <Results
          id={id}
          report={data}
          pairs={summary.evaluations}
          grades={<GradeResults kind="study" id={id} judges={data.judges} />}
        />
      )}
    </ResultsPage>
  );
}

const tableOf: Record<string, string> = {
  preferences: 'study-comparisons',
  'win-rates': 'study-comparisons',
  ratings: 'study-ratings',
};

const idOf: Record<string, string> = {
  Comparisons: 'study-comparisons',
  Ratings: 'study-ratings',
};

interface ResultsProps {
  id: string;
  report: StudyReport;
  pairs: StudySummary['evaluations'];
  grades: ReactNode;
}

function Results({ id: studyId, report, pairs, grades }: ResultsProps) {
  const figures = studyFigures(report);
  return (
    <>
      <Sentences title="Does not agree" list={report.disagreements} isAlert />
      <section className="results-summary panel" aria-label="Result">
        {studyHeadline(report).map((sentence) => (
          <p key={sentence}>
            <VisibleText text={sentence} />
          </p>
        ))}
        {figures.map(({ name, figure }) => (
          <FigureView
            key={name}
            figure={figure}
            fileName={`${name}.svg`}
            {...(tableOf[name] !== undefined && { tableId: tableOf[name] })}
          />
        ))}
      </section>
      <Sentences title="Warnings" list={report.warnings} />
      {grades}
      {studyTables(report).map(({ title, table }) => (
        <FigureTable
          key={title}
          title={title}
          table={table}
          {...(idOf[title] !== undefined && { id: idOf[title] })}
        />
      ))}
      <JudgesPanel judged={{ kind: 'study', id: studyId }} isBlind={false} />
      <section className="results-section" aria-label="Pairs">
        <h2>Pairs</h2>
        <ul className="study-pairs">
          {pairs.map(({ id, systemA, systemB, promptSetName }) => (
            <li key={id}>
              <Button
                small
                variant="ghost"
                onClick={() => showEvaluate({ kind: 'evaluation', id })}
              >
                <VisibleText text={`${systemA} against ${systemB} on ${promptSetName}`} />
              </Button>
            </li>
          ))}
        </ul>
      </section>
      <FactList title="Origin" rows={studyOrigin(report)} />
      <section className="results-section" aria-label="Methods">
        <h2>Methods</h2>
        {report.methods.map((paragraph) => (
          <p key={paragraph} className="study-methods">
            <VisibleText text={paragraph} />
          </p>
        ))}
      </section>
    </>
  );
}

function Sentences({
  title,
  list,
  isAlert = false,
}: {
  title: string;
  list: readonly string[];
  isAlert?: boolean;
}) {
  if (list.length === 0) return null;
  return (
    <ul className="results-warnings" aria-label={title} {...(isAlert && { role: 'alert' })}>
      {list.map((sentence) => (
        <li key={sentence}>
          <VisibleText text={sentence} />
        </li>
      ))}
    </ul>
  );
}
