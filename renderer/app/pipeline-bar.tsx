import { Check, LoaderCircle } from 'lucide-react';
import {
  pipelineStepSchema,
  stepsOf,
  stepState,
  type PipelineFacts,
  type PipelineStep,
  type StepState,
} from '../../shared/domain/project/pipeline.ts';
import { stepAmount, stepAmountText, stepNames } from '../../shared/text/project/pipeline.ts';
import { usePipeline } from '../rpc/project.ts';
import { goToStep } from '../ui/next-steps.ts';
import './pipeline-bar.css';

/** The way from samples to a verdict above every tab: what is done, what goes on, what is next. */
export function PipelineBar() {
  const { data: facts } = usePipeline();
  const steps = facts ? stepsOf(facts) : pipelineStepSchema.options;
  return (
    <nav className="pipeline-bar" aria-label="Pipeline">
      <ol>
        {steps.map((step, index) => (
          <li key={step}>
            <Step step={step} place={index + 1} facts={facts} />
          </li>
        ))}
      </ol>
    </nav>
  );
}

interface StepProps {
  step: PipelineStep;
  place: number;
  /** Undefined until the core has answered: the bar has its place and its names already. */
  facts: PipelineFacts | undefined;
}

const stateWords: Record<StepState, string> = {
  done: 'done',
  running: 'going on',
  next: 'next',
  open: '',
};

function Step({ step, place, facts }: StepProps) {
  const state = facts ? stepState(facts, step) : 'open';
  const amount = facts ? stepAmount(facts, step) : null;
  const isNext = state === 'next';
  const text = facts ? stepAmountText(facts, step) : '';
  const words = [stepNames[step], text, stateWords[state]].filter(Boolean).join(', ');
  return (
    <button
      type="button"
      className={`pipeline-step pipeline-step-${state}`}
      aria-current={isNext ? 'step' : undefined}
      title={words}
      disabled={!facts}
      onClick={() => facts && goToStep(facts, step)}
    >
      <span className="pipeline-mark" aria-hidden data-place={place}>
        <Mark state={state} />
      </span>
      <span className="pipeline-name">{stepNames[step]}</span>
      <span className="pipeline-amount truncate">
        {amount === null ? (
          stateWords[state]
        ) : (
          <>
            {amount.number}{' '}
            <span className={amount.number === '' ? undefined : 'pipeline-words'}>
              {amount.words}
            </span>
          </>
        )}
      </span>
      {amount !== null && <span className="visually-hidden">{stateWords[state]}</span>}
    </button>
  );
}

/** Nothing where the number of the step stands, which the style draws: it is no part of its name. */
function Mark({ state }: { state: StepState }) {
  if (state === 'done') return <Check size={12} strokeWidth={3} />;
  return state === 'running' ? <LoaderCircle className="spin" size={12} /> : null;
}
