import type { Recipe } from '../../../shared/domain/recipe.ts';
import { formatCount } from '../../../shared/text/numbers.ts';
import { formatRate } from '../../../shared/text/training.ts';
import { learningRatePoints } from '../training-plan.ts';

const width = 260;
const height = 56;

/** The learning rate over the run as a small drawing, from zero upwards. */
export function LearningRateSketch({ recipe, totalSteps }: { recipe: Recipe; totalSteps: number }) {
  const points = learningRatePoints(recipe, totalSteps);
  const first = points[0]?.rate ?? 0;
  const last = points.at(-1)?.rate ?? first;
  const top = Math.max(...points.map(({ rate }) => rate));
  const heightOf = (rate: number) => height - (height - 4) * (rate / top);
  const line = points.map(({ share, rate }) => `${share * width},${heightOf(rate)}`).join(' ');
  const label = `Learning rate from ${formatRate(first)} at step 1 to ${formatRate(last)} at step ${formatCount(totalSteps)}`;
  return (
    <figure className="column" style={{ margin: 0, gap: 2 }}>
      <figcaption className="small dim">Learning rate</figcaption>
      <svg
        className="rate-sketch"
        viewBox={`0 0 ${width} ${height}`}
        height={height}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        <polygon className="rate-sketch-area" points={`0,${height} ${line} ${width},${height}`} />
        <polyline className="rate-sketch-line" points={line} />
        <line className="rate-sketch-axis" x1={0} x2={width} y1={height} y2={height} />
      </svg>
      <div className="rate-sketch-ends" aria-hidden>
        <span>{formatRate(first)} at step 1</span>
        <span>
          {formatRate(last)} at step {formatCount(totalSteps)}
        </span>
      </div>
    </figure>
  );
}
