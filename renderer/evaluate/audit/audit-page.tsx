import { useState } from 'react';
import type { AuditSummary } from '../../../shared/contract/audits.ts';
import type { SystemSpec } from '../../../shared/domain/identity.ts';
import type { Rubric } from '../../../shared/domain/judge/rubric.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState, QueryView } from '../../ui/feedback/states.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { Select } from '../../ui/inputs/inputs.tsx';
import { AddModelButton } from '../../ui/models/model-buttons.tsx';
import { SystemPicker } from '../../ui/systems/system-picker.tsx';
import {
  newestSystem,
  systemProblem,
  useSystems,
  type AvailableModels,
} from '../../ui/systems/systems.ts';
import { AuditView } from './audit-view.tsx';
import '../results/results.css';

/** Audits of judges: what each makes of answers whose worth is known, and a form for another one. */
export function AuditPage() {
  const systems = useSystems();
  const rubrics = useQuery(['rubrics.list'], () => rpc.rubrics.list(), ['evaluations']);
  const audits = useQuery(['audits.list'], () => rpc.audits.list(), ['evaluations']);
  return (
    <div className="evaluate-page results" tabIndex={-1} data-work>
      <header className="evaluate-head">
        <h1>Audits of judges</h1>
      </header>
      <QueryView query={systems}>
        {(available) => (
          <QueryView query={rubrics}>
            {(texts) => <AuditForm available={available} rubrics={texts} />}
          </QueryView>
        )}
      </QueryView>
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

interface AuditFormProps {
  available: AvailableModels;
  rubrics: readonly Rubric[];
}

function AuditForm({ available, rubrics }: AuditFormProps) {
  const [chosen, setChosen] = useState<SystemSpec | null>(null);
  const [hash, setHash] = useState('');
  const judge = chosen ?? newestSystem(available);
  const rubric = rubrics.find((one) => one.hash === hash) ?? rubrics[0];
  const start = useAction(async () => {
    if (judge && rubric) await rpc.audits.start({ judge, rubricHash: rubric.hash });
  });
  if (!judge || !rubric)
    return (
      <EmptyState title="No model can judge yet" actions={<AddModelButton />}>
        Add the model that is to judge.
      </EmptyState>
    );
  const problem = systemProblem(available, judge);
  return (
    <form
      className="column panel"
      aria-label="New audit"
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === undefined) void start.run();
      }}
    >
      <p className="small dim">
        The judge is asked about pairs that the program brings along: plainly good answers against
        plainly bad ones, brief ones against long ones, and bad ones that ask for the verdict. The
        same judge and rubric again asks only for what lacks.
      </p>
      <SystemPicker label="Judge" value={judge} available={available} onValue={setChosen} />
      <Select
        label="Rubric"
        value={rubric.hash}
        options={rubrics.map(({ hash: value, name, version }) => ({
          value,
          label: version > 1 ? `${name}, version ${version}` : name,
        }))}
        onValue={setHash}
      />
      <div className="row">
        <Button
          type="submit"
          variant="primary"
          isBusy={start.isRunning}
          disabled={problem !== undefined}
          title={problem}
        >
          Audit
        </Button>
      </div>
      {start.error !== undefined && <ErrorView error={start.error} />}
    </form>
  );
}
