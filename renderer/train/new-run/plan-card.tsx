import type { Dataset } from '../../../shared/domain/dataset.ts';
import type { Model } from '../../../shared/domain/model/model.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import { formatCount, formatQuantity } from '../../../shared/text/numbers.ts';
import { describeTime, describeTimeBasis } from '../../../shared/text/time-estimate.ts';
import { formatRate, moreSamplesText } from '../../../shared/text/training.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { ChartTable } from '../../ui/chart-table.tsx';
import { planTraining, learningRatePoints } from '../training-plan.ts';
import { MemoryFact, useSettled } from './memory-fact.tsx';
import type { useSamplesAhead } from './samples-ahead.ts';
import { SamplesAheadNote } from './samples-ahead-note.tsx';
import './plan-card.css';

interface PlanCardProps {
  /** `null` while a field is wrong. */
  recipe: Recipe | null;
  dataset: Dataset | undefined;
  model: Model | undefined;
  ahead: ReturnType<typeof useSamplesAhead>;
}

/** What a start would do: steps, learning rate, checkpoints and where they go. */
export function PlanCard({ recipe, dataset, model, ahead }: PlanCardProps) {
  return (
    <section className="panel column" aria-label="What will happen">
      <h2>What will happen</h2>
      {!recipe && <p className="dim">Correct the marked settings to see the plan.</p>}
      {recipe && !dataset && <p className="dim">Choose a dataset to see the number of steps.</p>}
      {recipe && dataset && (
        <Plan recipe={recipe} dataset={dataset} model={model} encoded={ahead.samples} />
      )}
      <SamplesAheadNote ahead={ahead} />
      {recipe && model && <ContextNote recipe={recipe} model={model} />}
      {recipe && model && !model.isMissing && <TemplateNote recipe={recipe} model={model} />}
    </section>
  );
}

interface PlanProps {
  recipe: Recipe;
  dataset: Dataset;
  model: Model | undefined;
  /** Samples that the trainer gets, where they were encoded. */
  encoded: number | null;
}

function Plan({ recipe, dataset, model, encoded }: PlanProps) {
  const project = useQuery(['project.current'], () => rpc.project.current(), ['project']);
  const estimate = useEstimate(recipe, dataset, model);
  const { data } = estimate;
  const counted = encoded ?? (data?.areTokensCounted ? data.samplesHigh : undefined);
  const plan = planTraining(recipe, dataset.samples, counted);
  const more = data && encoded === null ? moreSamplesText(data, recipe) : '';
  const { samples, heldOut, stepsPerEpoch, totalSteps, epochs, lastBatch } = plan;
  const isUneven = lastBatch !== recipe.batchSize && stepsPerEpoch > 1;
  return (
    <>
      <dl className="plan-facts">
        <dt>Steps</dt>
        <dd>
          <strong>{formatCount(totalSteps)}</strong> = {formatQuantity(epochs, 'epoch')} ×{' '}
          {formatCount(stepsPerEpoch)}
        </dd>
        <dt>Per epoch</dt>
        <dd>
          {formatQuantity(samples, 'sample')} in batches of {formatCount(recipe.batchSize)}
          {isUneven && `, the last of ${formatCount(lastBatch)}`}
          {more !== '' && <span className="dim">. {more}</span>}
        </dd>
        {heldOut > 0 && (
          <>
            <dt>Held out</dt>
            <dd>{formatQuantity(heldOut, 'sample')}, measured at every epoch, never trained on</dd>
          </>
        )}
        <dt>Checkpoints</dt>
        <dd>
          {formatQuantity(Math.ceil(epochs), recipe.method === 'full' ? 'whole model' : 'adapter')},{' '}
          {checkpointsText(epochs)}
        </dd>
        {model && <TimeFact estimate={estimate} />}
        {model && <MemoryFact model={model} recipe={recipe} />}
        {project.data && (
          <>
            <dt>Saved in</dt>
            <dd className="mono">{project.data.path}.d/runs</dd>
          </>
        )}
      </dl>
      <LearningRateSketch recipe={recipe} totalSteps={totalSteps} />
      <p className="plan-note">
        {overlongText[recipe.overlong](formatCount(recipe.maxTokens))} The Token X-ray shows which
        ones, before the run.
      </p>
    </>
  );
}

type Estimate = ReturnType<typeof useEstimate>;

/** What earlier runs tell of this one. */
function useEstimate(recipe: Recipe, dataset: Dataset, model: Model | undefined) {
  const input = { ...useSettled(model?.id ?? '', recipe), datasetId: dataset.id };
  const key = ['runs.estimateTime', input];
  // An edit and another model are asked about once they have settled.
  return useQuery(model?.id === input.modelId ? key : null, () => rpc.runs.estimateTime(input), [
    'runs',
  ]);
}

/** How long the run would take on this machine, and how that is known. */
function TimeFact({ estimate }: { estimate: Estimate }) {
  if (estimate.error !== undefined) return null;
  return (
    <>
      <dt>Time</dt>
      <dd>
        <span role="status" aria-label="Time">
          {estimate.data ? (
            <>
              <strong>{describeTime(estimate.data)}</strong>
              <span className="dim">, {describeTimeBasis(estimate.data)}</span>
            </>
          ) : (
            <span className="dim">estimating…</span>
          )}
        </span>
      </dd>
    </>
  );
}

function checkpointsText(epochs: number): string {
  if (Number.isInteger(epochs)) return 'one per epoch';
  return epochs < 1 ? 'at the end' : 'one per epoch and one at the end';
}

const overlongText: Readonly<Record<Recipe['overlong'], (limit: string) => string>> = {
  truncate: (limit) =>
    `Samples longer than ${limit} tokens are cut, those without an answer left are dropped.`,
  split: (limit) =>
    `Samples longer than ${limit} tokens are split, each sequence counting as a sample.`,
  drop: (limit) => `Samples longer than ${limit} tokens are left out.`,
};

/** What is wrong with the chat template of the run, or should be known before it. */
function TemplateNote({ recipe, model }: { recipe: Recipe; model: Model }) {
  const settled = useSettled(model.id, recipe);
  const input = { modelId: settled.modelId, chatTemplate: settled.recipe.chatTemplate };
  const trial = useQuery(['runs.tryTemplate', input], () => rpc.runs.tryTemplate(input), [
    'models',
  ]);
  if (!trial.data) return null;
  const { problem, remarks } = trial.data;
  const words = problem === '' ? remarks.map((remark) => `Chat template: ${remark}`) : [problem];
  return words.map((text) => (
    <p key={text} className="picker-why" role="note">
      {text}
    </p>
  ));
}

function ContextNote({ recipe, model }: { recipe: Recipe; model: Model }) {
  const { contextLength, name } = model.info;
  if (contextLength === 0 || recipe.maxTokens <= contextLength) return null;
  return (
    <p className="picker-why" role="note">
      {name} was made for {formatCount(contextLength)} tokens: that is the limit, not{' '}
      {formatCount(recipe.maxTokens)}.
    </p>
  );
}

const width = 260;
const height = 56;

/** The learning rate over the run as a small drawing, from zero upwards. */
function LearningRateSketch({ recipe, totalSteps }: { recipe: Recipe; totalSteps: number }) {
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
      <ChartTable
        title="Learning rate"
        columns={['Step', 'Learning rate']}
        count={points.length}
        rowAt={(at) => [
          formatCount(1 + Math.round((points[at]?.share ?? 0) * (totalSteps - 1))),
          formatRate(points[at]?.rate ?? 0),
        ]}
      />
    </figure>
  );
}
