import type { ReactNode } from 'react';
import type { EvaluationSummary } from '../../../shared/contract/evaluate.ts';
import {
  evaluationReportSchema,
  type EvaluationReport,
} from '../../../shared/domain/report/evaluation-report.ts';
import {
  accuracyTable,
  agreementTable,
  authorsTable,
  biasRows,
  headline,
  originRows,
  pooledTable,
  statisticsTable,
} from '../../../shared/report/report-figures.ts';
import { dialogueTable } from '../../../shared/report/dialogue-outcome.ts';
import { judgeTables } from '../../../shared/report/judge-tables.ts';
import { moreVotes } from '../../../shared/report/report-warnings.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { CopyButton } from '../../ui/feedback/copy-button.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { JudgesPanel } from '../judge/judges-panel.tsx';
import { GradeResults } from '../grade/grade-results.tsx';
import { ExtendPanel } from './extend-panel.tsx';
import { FactList, FigureTable } from '../figure-table.tsx';
import { IdentityCard } from './identity-card.tsx';
import { StudyLink } from '../study-link.tsx';
import { ItemTable } from './item-table.tsx';
import { PreferenceChart, statisticsId } from './preference-chart.tsx';
import { ResultsPage } from './results-page.tsx';

/** The results of a revealed evaluation, from the same report that can be saved. */
export function ResultsView({ summary }: { summary: EvaluationSummary }) {
  const { id } = summary;
  const report = useQuery(
    ['evaluations.report', id],
    async () => {
      const { text } = await rpc.evaluations.report({ id, format: 'json' });
      return evaluationReportSchema.parse(JSON.parse(text));
    },
    ['evaluations'],
  );
  return (
    <ResultsPage
      kind="evaluation"
      id={id}
      name={summary.name}
      link={summary.studyId !== null && <StudyLink id={summary.studyId} />}
      report={report}
    >
      {(data) => (
        <Report
          report={data}
          extend={<ExtendPanel summary={summary} />}
          judges={
            summary.studyId === null && (
              <JudgesPanel judged={{ kind: 'evaluation', id }} isBlind={false} />
            )
          }
          grades={<GradeResults kind="evaluation" id={id} judges={data.judges} />}
        />
      )}
    </ResultsPage>
  );
}

interface ReportProps {
  report: EvaluationReport;
  extend: ReactNode;
  judges: ReactNode;
  grades: ReactNode;
}

function Report({ report, extend, judges, grades }: ReportProps) {
  const { statistics, systems } = report;
  const accuracy = accuracyTable(report);
  const dialogues = dialogueTable([report]);
  const pooled = pooledTable(report);
  return (
    <>
      <Disagreements found={report.disagreements} />
      <section className="results-summary panel" aria-label="Result">
        <p className="results-headline">{headline(report)}</p>
        {statistics && (
          <>
            <PreferenceChart statistics={statistics} systems={systems} />
            <p className="dim">{moreVotes(statistics)}</p>
          </>
        )}
      </section>
      <Warnings warnings={report.warnings} />
      <div className="results-systems">
        <IdentityCard side="A" system={systems.a} />
        <IdentityCard side="B" system={systems.b} />
      </div>
      {grades}
      {pooled && <FigureTable title="Together with what it extends" table={pooled} />}
      {extend}
      {dialogues && <FigureTable title="Dialogues" table={dialogues} />}
      {accuracy && <FigureTable title="Right answers" table={accuracy} />}
      {statistics && (
        <FigureTable
          title="Statistics"
          table={statisticsTable(statistics, report.lengthControlled)}
          id={statisticsId}
        />
      )}
      {judgeTables(report.judges).map(({ title, table }) => (
        <FigureTable key={title} title={title} table={table} />
      ))}
      {judges}
      <div className="results-pair">
        <FactList title="Checks on the judging" rows={biasRows(report)} />
        <FactList title="Origin" rows={originRows(report)} />
      </div>
      {report.authors.length > 0 && (
        <FigureTable title="Authors" table={authorsTable(report.authors)} />
      )}
      {report.agreements.length > 0 && (
        <FigureTable title="Agreement" table={agreementTable(report)} />
      )}
      <Methods text={report.methods} />
      <ItemTable items={report.items} />
    </>
  );
}

/** The paragraph that a paper needs, ready to be copied. */
function Methods({ text }: { text: string }) {
  return (
    <section className="results-section" aria-label="Methods">
      <div className="row">
        <h2>Methods</h2>
        <CopyButton text={text} label="Copy the methods paragraph" />
      </div>
      <p className="results-methods dim">
        <VisibleText text={text} />
      </p>
    </section>
  );
}

/** Above the result: whoever reads the numbers has to see it first. */
function Disagreements({ found }: { found: readonly string[] }) {
  if (found.length === 0) return null;
  return (
    <section className="results-disagreements panel" role="alert" aria-label="Does not agree">
      <strong>This evaluation does not agree with itself: do not quote it.</strong>
      <ul>
        {found.map((sentence) => (
          <li key={sentence}>
            <VisibleText text={sentence} />
          </li>
        ))}
      </ul>
      <p className="dim">
        The project file was changed outside of this program, or is damaged. Restore it from a
        backup, or generate the answers anew in a new evaluation.
      </p>
    </section>
  );
}

function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul className="results-warnings" aria-label="Warnings">
      {warnings.map((warning) => (
        <li key={warning}>
          <VisibleText text={warning} />
        </li>
      ))}
    </ul>
  );
}
