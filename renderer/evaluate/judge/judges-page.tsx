import type { AuditSummary } from '../../../shared/contract/audits.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { EmptyState, QueryView } from '../../ui/feedback/states.tsx';
import { useRubrics } from '../queries.ts';
import { AuditView } from './audit-view.tsx';
import { JudgeForm } from './judge-form.tsx';
import { RubricList } from './rubric-list.tsx';
import '../results.css';
import './judge.css';

/** What judges are asked with, and audits: what each makes of answers whose worth is known. */
export function JudgesPage() {
  const rubrics = useRubrics();
  const audits = useQuery(['audits.list'], () => rpc.audits.list(), ['evaluations']);
  return (
    <div className="evaluate-page results" tabIndex={-1} data-work>
      <header className="evaluate-head">
        <h1>Judges</h1>
      </header>
      <p className="dim">
        A judge is asked on the page of an evaluation or a study. Before its verdicts are believed
        it is audited here, with the rubric that it is asked with.
      </p>
      <QueryView query={rubrics}>{(list) => <RubricList list={list} />}</QueryView>
      <section className="panel column" aria-label="New audit">
        <h2>Audit a judge</h2>
        <JudgeForm
          label="New audit"
          submit="Audit"
          note="The judge is asked about pairs that the program brings along: plainly good answers against plainly bad ones, brief ones against long ones, and bad ones that ask for the verdict. The same judge and rubric again asks only for what lacks."
          offers={(kind) => kind !== 'safety'}
          onStart={(judge, rubricHash) => rpc.audits.start({ judge, rubricHash })}
        />
      </section>
      <QueryView query={audits}>{(list) => <Audits list={list} />}</QueryView>
    </div>
  );
}

function Audits({ list }: { list: readonly AuditSummary[] }) {
  if (list.length === 0)
    return (
      <EmptyState title="No judge was audited yet">
        Reports warn of verdicts by a judge that was not audited with its rubric.
      </EmptyState>
    );
  return list.toReversed().map((audit) => <AuditView key={audit.id} audit={audit} />);
}
