import { useState } from 'react';
import type { SelectionRequest } from '../../../shared/contract/scans.ts';
import { resultOf, type Job } from '../../../shared/contract/job-kinds.ts';
import { isJobFinished } from '../../../shared/domain/job.ts';
import {
  selectionRecipeSchema,
  type SelectionRecipe,
} from '../../../shared/domain/selection/selection-recipe.ts';
import { adviceFor } from '../../../shared/text/error-advice.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { selectionSummary } from '../../../shared/text/scanning.ts';
import { rpc } from '../../rpc/client.ts';
import { useJob } from '../../rpc/jobs.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useLastData, useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { EmptyState, LoadingState, QueryView } from '../../ui/feedback/states.tsx';
import { showCurateDialog } from '../curate-store.ts';
import { JobProgress } from './job-progress.tsx';
import { ScannedSites, ScanForm } from './scanned-sites.tsx';
import { RecipeForm } from './recipe-form.tsx';
import { SelectionFunnel } from './selection-funnel.tsx';
import './scan.css';

const close = () => showCurateDialog(null);

/** Dumps as a universe: what was scanned, a recipe, what it keeps and drops, and picking by it. */
export function ScanDialog() {
  const scans = useQuery(['scans.list'], () => rpc.scans.list(), ['scans']);
  const [recipe, setRecipe] = useState<SelectionRecipe>(() => selectionRecipeSchema.parse({}));
  const [count, setCount] = useState(400);
  const [jobId, setJobId] = useState<string>();
  const job = useJob(jobId);
  const pick = useAction(async (request: SelectionRequest) => {
    setJobId((await rpc.scans.select(request)).jobId);
  });
  const hasScans = (scans.data?.length ?? 0) > 0;
  const isPicking = job !== undefined && !isJobFinished(job.state);
  return (
    <Dialog
      title="Pick from dumps"
      isWide
      onClose={close}
      footer={
        <>
          <Button onClick={close}>{isPicking ? 'Continue in the background' : 'Close'}</Button>
          <EditButton
            variant="primary"
            disabled={!hasScans || isPicking}
            isBusy={pick.isRunning}
            title={hasScans ? undefined : 'Scan a dump first'}
            onClick={() => void pick.run({ recipe, count })}
          >
            Pick {formatQuantity(count, 'sample')}
          </EditButton>
        </>
      }
    >
      <div className="column scan-dialog">
        <ScanForm />
        <QueryView query={scans}>
          {(sites) =>
            sites.length === 0 ? (
              <EmptyState title="Nothing was scanned yet">
                Dumps of Stack Exchange are read once, without importing them: a Posts.xml, plain or
                packed, or a folder with one of each site. Then a recipe picks of them, as LIMA did.
              </EmptyState>
            ) : (
              <>
                <ScannedSites
                  sites={sites}
                  groups={recipe.siteGroups}
                  onGroups={(siteGroups) => setRecipe({ ...recipe, siteGroups })}
                />
                <RecipeForm {...{ recipe, count }} onRecipe={setRecipe} onCount={setCount} />
                <Plan recipe={recipe} count={count} />
              </>
            )
          }
        </QueryView>
        {pick.error !== undefined && <ErrorView error={pick.error} />}
        {job && <Picked job={job} />}
      </div>
    </Dialog>
  );
}

/** What the recipe would pick now. */
function Plan({ recipe, count }: SelectionRequest) {
  const plan = useQuery(
    ['scans.plan', recipe, count],
    ({ signal }) => rpc.scans.plan({ recipe, count }, { signal }),
    ['scans'],
  );
  const shown = useLastData(plan.data);
  if (plan.error !== undefined) return <ErrorView error={plan.error} onRetry={plan.refetch} />;
  if (!shown) return <LoadingState label="Going through the candidates…" />;
  return <SelectionFunnel report={shown} recipe={recipe} isBusy={plan.isLoading} />;
}

function Picked({ job }: { job: Job }) {
  const result = resultOf(job, 'select');
  if (!isJobFinished(job.state)) return <JobProgress job={job} />;
  if (job.error) return <ErrorView error={{ ...job.error, advice: adviceFor(job.error.code) }} />;
  return (
    <p role="status">
      {result ? `${selectionSummary(result)}.` : 'Picking was cancelled. What was added stays.'}
    </p>
  );
}
