import { useEffect, useMemo } from 'react';
import { ArrowLeft } from 'lucide-react';
import { formatCount, formatQuantity } from '../../../shared/text/numbers.ts';
import { xrayRuleText } from '../../../shared/text/xray.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';
import { EmptyState, LoadingState } from '../../ui/feedback/states.tsx';
import { Segments } from '../../ui/inputs/inputs.tsx';
import { showSample } from '../../ui/navigation.ts';
import { useShortcuts, type Shortcut } from '../../ui/shortcuts.ts';
import { SplitPane } from '../../ui/split-pane.tsx';
import { focusWork } from '../../ui/work-focus.ts';
import { showForm } from '../train-store.ts';
import { XrayFilter, XrayList } from './xray-list.tsx';
import { XrayOverview } from './xray-overview.tsx';
import { listRows } from './xray-rows.ts';
import { XraySampleView } from './xray-sample.tsx';
import { closeXray, moveXraySelection, reopenXray, stopXray, useXray } from './xray-store.ts';
import './xray-page.css';

/** A dataset as the trainer will see it, sample by sample, before any run. */
export function XrayPage() {
  const { rows, source, problem, heldOutIds, order, error } = useXray();
  const listed = useMemo(
    () => listRows(rows, { source, problem, heldOutIds, order }),
    [rows, source, problem, heldOutIds, order],
  );
  useEffect(() => closeXray, []);
  useXrayShortcuts((steps) => moveXraySelection(listed, steps));
  return (
    <section className="xray" aria-label="Token X-ray">
      <Header />
      {error !== undefined && <ErrorView error={error} onRetry={reopenXray} />}
      <SplitPane
        name="xray"
        initialPx={420}
        minPx={280}
        left={
          <>
            <XrayFilter />
            <XrayList rows={listed} />
            <p className="xray-count">{formatQuantity(listed.length, 'sample')} listed</p>
          </>
        }
        right={<RightSide />}
      />
    </section>
  );
}

function useXrayShortcuts(move: (steps: number) => void): void {
  const group = 'Token X-ray';
  const shortcuts: Shortcut[] = [
    { keys: ['j', 'ArrowDown'], label: 'Next sample', group, run: () => move(1), repeats: true },
    { keys: ['k', 'ArrowUp'], label: 'Previous sample', group, run: () => move(-1), repeats: true },
    { keys: ['PageDown'], label: 'Ten samples down', group, run: () => move(10), repeats: true },
    { keys: ['PageUp'], label: 'Ten samples up', group, run: () => move(-10), repeats: true },
    { keys: ['Home'], label: 'First sample', group, run: () => move(-Infinity) },
    { keys: ['End'], label: 'Last sample', group, run: () => move(Infinity) },
    { keys: ['o'], label: 'Overview', group, run: toggleOverview },
    { keys: ['c'], label: 'Open the sample in Curate', group, run: showSelected },
    { keys: ['Escape'], label: 'Back to the list, to the form', group, run: goBack },
  ];
  useShortcuts(shortcuts);
}

/** Out of the tokens first, then out of the X-ray. */
function goBack(): void {
  const focused = document.activeElement;
  if (focused instanceof HTMLElement && focused.matches('[data-scroll-keys]')) focusWork();
  else showForm();
}

function toggleOverview(): void {
  useXray.setState(({ isOverview }) => ({ isOverview: !isOverview }));
}

function showSelected(): void {
  const { selectedId } = useXray.getState();
  if (selectedId !== null) showSample(selectedId);
}

function Header() {
  const { request, phase, rows, total, isOverview, maxTokens } = useXray();
  const models = useQuery(['models.list'], () => rpc.models.list(), ['models']);
  const datasets = useQuery(['datasets.list'], () => rpc.datasets.list(), ['datasets']);
  const model = models.data?.find(({ id }) => id === request?.modelId);
  const dataset = datasets.data?.find(({ id }) => id === request?.datasetId);
  return (
    <header className="xray-head">
      <Button icon={<ArrowLeft size={14} />} shortcut="Escape" onClick={showForm}>
        Back
      </Button>
      <div className="xray-title">
        <h2 className="truncate">
          Token X-ray of {dataset?.name ?? '…'} for {model?.name ?? '…'}
        </h2>
        {request && <p className="small dim truncate">{xrayRuleText(request.recipe, maxTokens)}</p>}
      </div>
      <span className="spacer" />
      {phase === 'counting' && (
        <>
          <div className="xray-progress">
            <ProgressBar label="Reading samples" done={rows.length} total={total} />
            <span className="small dim">
              {formatCount(rows.length)} of {formatCount(total)}
            </span>
          </div>
          <Button small onClick={stopXray}>
            Cancel
          </Button>
        </>
      )}
      {phase === 'stopped' && (
        <Button small onClick={reopenXray}>
          Stopped at {formatCount(rows.length)} of {formatCount(total)}: look again
        </Button>
      )}
      <Segments
        label="Show"
        value={isOverview ? 'overview' : 'tokens'}
        options={[
          { value: 'overview', label: 'Overview' },
          { value: 'tokens', label: 'Tokens' },
        ]}
        onValue={(value) => useXray.setState({ isOverview: value === 'overview' })}
      />
    </header>
  );
}

function RightSide() {
  const { rows, phase, isOverview, selectedId } = useXray();
  if (rows.length === 0 && phase === 'counting')
    return <LoadingState label="Loading the vocabulary…" />;
  if (rows.length === 0)
    return <EmptyState title="Nothing was read">Look again to see it.</EmptyState>;
  if (isOverview) return <XrayOverview />;
  const row = rows.find(({ sampleId }) => sampleId === selectedId);
  if (!row)
    return <EmptyState title="No sample selected">Choose one on the left, or press J.</EmptyState>;
  return <XraySampleView row={row} />;
}
