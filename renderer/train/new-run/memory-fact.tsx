import { useEffect, useState } from 'react';
import type { MemoryPlan } from '../../../shared/domain/memory-plan.ts';
import type { Model } from '../../../shared/domain/model/model.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import { formatBytes, formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';

const settleMs = 400;

/** What is asked about, once it has not changed for a while: typing asks only once. */
export function useSettled(modelId: string, recipe: Recipe): { modelId: string; recipe: Recipe } {
  const [settled, setSettled] = useState({ modelId, recipe });
  const isSettled = JSON.stringify(settled) === JSON.stringify({ modelId, recipe });
  useEffect(() => {
    if (isSettled) return undefined;
    const timer = setTimeout(() => setSettled({ modelId, recipe }), settleMs);
    return () => clearTimeout(timer);
  }, [isSettled, modelId, recipe]);
  return settled;
}

/** How much memory the run takes at most, and whether that is free. */
export function MemoryFact({ model, recipe }: { model: Model; recipe: Recipe }) {
  const input = useSettled(model.id, recipe);
  const plan = useQuery(['runs.planMemory', input], () => rpc.runs.planMemory(input), []);
  if (plan.error !== undefined) return null;
  return (
    <>
      <dt>Memory</dt>
      <dd>
        <span role="status" aria-label="Memory">
          {plan.data ? <Sizes {...plan.data} /> : <span className="dim">computing…</span>}
        </span>
      </dd>
    </>
  );
}

type SizesProps = MemoryPlan & { availableBytes: number };

function Sizes(plan: SizesProps) {
  const { totalBytes, availableBytes, measuredRuns } = plan;
  const sizes = [
    `model ${formatBytes(plan.modelBytes)}`,
    `adapter and optimizer ${formatBytes(plan.trainedBytes)}`,
    `activations ${formatBytes(plan.graphBytes)}`,
  ];
  return (
    <span title={`${sizes.join(', ')}; for samples as long as the settings allow`}>
      <strong>at most {formatBytes(totalBytes)}</strong> of {formatBytes(availableBytes)} free
      {measuredRuns > 0 && <Correction {...plan} />}
      {totalBytes > availableBytes && (
        <span className="picker-why"> Too much: lower the longest sample or use LoRA.</span>
      )}
    </span>
  );
}

/** What earlier runs of this model taught about its plans. */
function Correction({ correctionBytes, measuredRuns }: MemoryPlan) {
  const sign = correctionBytes < 0 ? '−' : '+';
  const size = formatBytes(Math.abs(correctionBytes));
  return (
    <span className="dim">
      , {sign}
      {size} as {formatQuantity(measuredRuns, 'earlier run')} measured
    </span>
  );
}
