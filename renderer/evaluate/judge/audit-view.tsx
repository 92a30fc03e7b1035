import type { AuditSummary } from '../../../shared/contract/audits.ts';
import type { AuditFindings } from '../../../shared/domain/judge/audit/audit-findings.ts';
import { auditRows, flagTexts } from '../../../shared/text/evaluate/judge-audit.ts';
import { rubricLabel } from '../../../shared/text/evaluate/judging.ts';
import { Badge } from '../../ui/feedback/badge.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { FigureTable } from '../figure-table.tsx';
import { JudgingProgress } from './judging-progress.tsx';

/** One audit: how far it is, or its flags, figures and what to do. */
export function AuditView({ audit }: { audit: AuditSummary }) {
  const { judge, rubric, findings, failures } = audit;
  return (
    <section
      className="panel column"
      aria-label={`Audit of ${judge}, rubric ${rubricLabel(rubric)}`}
    >
      <h2>
        <VisibleText text={judge} /> · <VisibleText text={rubricLabel(rubric)} />
      </h2>
      {findings ? (
        <Findings findings={findings} />
      ) : (
        <JudgingProgress jobId={audit.jobId} done={audit.done} total={audit.total} />
      )}
      {failures.map((reason) => (
        <p key={reason} className="small dim">
          Not asked: <VisibleText text={reason} />
        </p>
      ))}
    </section>
  );
}

function Findings({ findings }: { findings: AuditFindings }) {
  const { flags } = findings;
  const rows = auditRows(findings).map(({ name, value, meaning }) => [name, value, meaning]);
  return (
    <>
      <p className="row">
        {flags.length === 0 ? (
          <Badge>no flags</Badge>
        ) : (
          flags.map((flag) => (
            <Badge key={flag} tone="bad">
              {flag}
            </Badge>
          ))
        )}
      </p>
      {flags.length > 0 && (
        <ul className="results-warnings" aria-label="Flags">
          {flags.map((flag) => (
            <li key={flag}>
              {flag}: {flagTexts[flag].says} {flagTexts[flag].advice}
            </li>
          ))}
        </ul>
      )}
      <FigureTable
        title="What was measured"
        table={{ columns: ['Measure', 'Value', 'Meaning'], rows }}
      />
    </>
  );
}
