import { useEffect } from 'react';
import { fewestCompared } from '../../shared/domain/runs/run-comparison.ts';
import type { Run } from '../../shared/domain/run.ts';
import { rpc } from '../rpc/client.ts';
import { useJobEnd } from '../rpc/jobs.ts';
import { useQuery, type QueryResult } from '../rpc/use-query.ts';
import { QueryView } from '../ui/feedback/states.tsx';
import { useWanted } from '../ui/navigation.ts';
import { useShortcuts } from '../ui/shortcuts.ts';
import { SplitPane } from '../ui/split-pane.tsx';
import { ComparePage } from './compare/compare-page.tsx';
import { RunForm } from './new-run/run-form.tsx';
import { RunList } from './run-list.tsx';
import { RunPage } from './run/run-page.tsx';
import {
  forgetProject,
  showForm,
  showFormFor,
  showRun,
  toggleComparing,
  useTrain,
  type Selection,
} from './train-store.ts';
import { XrayPage } from './xray/xray-page.tsx';

/** The Train tab: every run on the left, the chosen one or the form of a new one on the right. */
export default function TrainView() {
  const runs = useQuery(['runs.list'], () => rpc.runs.list(), ['runs']);
  const selection = useTrain((state) => state.selection) ?? defaultSelection(runs.data);
  useEffect(() => forgetProject, []);
  useWanted('train', (wanted) =>
    'runId' in wanted ? showRun(wanted.runId) : showFormFor(wanted.form.datasetId),
  );
  useJobEnd((job) => {
    if (job.kind === 'train') runs.refetch();
  });
  useShortcuts([
    { keys: ['n'], label: 'New run', group: 'Train', run: showForm },
    {
      keys: ['c'],
      label: 'Compare runs',
      group: 'Train',
      run: () => toggleComparing(selection),
      isDisabled: (runs.data?.length ?? 0) < fewestCompared,
    },
  ]);
  if (selection.kind === 'xray') return <XrayPage />;
  return (
    <SplitPane
      name="train"
      initialPx={320}
      minPx={240}
      left={<RunList runs={runs} selection={selection} />}
      right={<RightSide runs={runs} selection={selection} />}
    />
  );
}

function defaultSelection(runs: readonly Run[] | undefined): Selection {
  const newest = runs?.[0];
  return newest ? { kind: 'run', id: newest.id } : { kind: 'form' };
}

interface RightSideProps {
  runs: QueryResult<Run[]>;
  selection: Selection;
}

function RightSide({ runs, selection }: RightSideProps) {
  return (
    <QueryView query={runs}>
      {(list) => {
        if (selection.kind === 'compare') return <ComparePage ids={selection.ids} runs={list} />;
        const run = selection.kind === 'run' && list.find(({ id }) => id === selection.id);
        return run ? <RunPage key={run.id} run={run} /> : <RunForm runs={list} />;
      }}
    </QueryView>
  );
}
