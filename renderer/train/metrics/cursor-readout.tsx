import type { DevLoss } from '../../../shared/domain/run.ts';
import { formatCount } from '../../../shared/text/numbers.ts';
import { formatLoss, formatRate } from '../../../shared/text/training.ts';
import { Slider } from '../../ui/inputs/inputs.tsx';
import { devLossAt } from './dev-loss-text.ts';
import type { MetricSeries } from './metric-series.ts';

interface CursorReadoutProps {
  series: MetricSeries;
  devLosses: readonly DevLoss[];
  /** The point under the cursor; `null` shows the newest. */
  index: number | null;
  onIndex: (index: number | null) => void;
}

/** The values at the cursor, and a slider that moves it by keyboard. */
export function CursorReadout({ series, devLosses, index, onIndex }: CursorReadoutProps) {
  const last = series.length - 1;
  const shown = Math.min(index ?? last, last);
  const dev = devLossAt(devLosses, series.at('step', shown));
  const facts = [
    ['Epoch', series.at('epoch', shown).toFixed(2)],
    ['Loss', formatLoss(series.at('loss', shown))],
    ['Smoothed', formatLoss(series.at('smoothedLoss', shown))],
    ...(dev ? ([['Dev loss', `${formatLoss(dev.loss)} (epoch ${dev.epoch})`]] as const) : []),
    ['Learning rate', formatRate(series.at('learningRate', shown))],
    ['Gradient norm', series.at('gradNorm', shown).toFixed(3)],
    ['Tokens/s', formatCount(Math.round(series.at('tokensPerSecond', shown)))],
  ] as const;
  return (
    <div className="run-charts-readout">
      <dl aria-label="Values at the cursor">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Slider
        label="Step"
        hideLabel
        min={0}
        max={last}
        step={1}
        value={shown}
        format={(value) => `step ${formatCount(series.at('step', value))}`}
        onValue={onIndex}
      />
    </div>
  );
}
