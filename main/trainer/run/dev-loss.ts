import { countAllTrained } from '../../../shared/domain/training-counts.ts';
import { heldOutPacks } from '../data/batches.ts';
import { requireFinite } from './require-finite.ts';
import { endsEpoch, epochSteps, type TrainingRun } from './run-state.ts';

/**
 * Measures the loss of the held-out samples before the first step and at the end of an epoch or of the run, unless
 * that is done or nothing is held out. The mean over their trained tokens, each counting the same:
 * what the losses of the steps are, whatever `lossWeighting` does to gradients. Throws when the run
 * is stopped meanwhile; a resume then measures the same.
 */
export async function measureDevLoss(run: TrainingRun): Promise<void> {
  const { devSamples, devLosses, metrics, trainer, context, stop, params } = run;
  const step = metrics.length;
  const isDue = (step === 0 || endsEpoch(run, step)) && !devLosses.some((one) => one.step === step);
  if (!isDue || devSamples.length === 0) return;
  const total = devSamples.length;
  let lossSum = 0;
  let done = 0;
  context.emit({ type: 'measuring', done, total });
  for (const pack of heldOutPacks(devSamples, params.recipe)) {
    stop.throwIfAborted();
    lossSum += await trainer.measureLoss(pack);
    done += pack.length;
    context.emit({ type: 'measuring', done, total });
  }
  const loss = lossSum / countAllTrained(devSamples);
  requireFinite(loss, 'dev loss', step);
  const measured = { step, epoch: step / epochSteps(run), loss };
  devLosses.push(measured);
  context.emit({ type: 'devLoss', measured });
}
