import type { ReactNode } from 'react';
import type { QueryResult } from '../../rpc/use-query.ts';
import { Badge } from '../../ui/feedback/badge.tsx';
import { QueryView } from '../../ui/feedback/states.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { usePacketKind } from '../../rpc/project.ts';
import { GradeButton } from '../grade/grade-button.tsx';
import { ExportButtons } from './export-buttons.tsx';
import '../results.css';

interface ResultsPageProps<Report> {
  kind: 'evaluation' | 'study';
  id: string;
  name: string;
  /** Beside the name. */
  link?: ReactNode;
  report: QueryResult<Report>;
  children: (report: Report) => ReactNode;
}

/** The results of something that is revealed, from the same report that can be saved. */
export function ResultsPage<Report>({ kind, id, name, ...page }: ResultsPageProps<Report>) {
  return (
    <div className="evaluate-page results" tabIndex={-1} data-work>
      <header className="evaluate-head">
        <div className="evaluate-title">
          <h1 className="truncate">
            <VisibleText text={name} />
          </h1>
        </div>
        <Badge>revealed</Badge>
        {page.link}
        <span className="spacer" />
        {usePacketKind() === null && <GradeButton subject={{ kind, id }} />}
        <ExportButtons kind={kind} id={id} />
      </header>
      <QueryView query={page.report} loading="Computing the report…">
        {page.children}
      </QueryView>
    </div>
  );
}
