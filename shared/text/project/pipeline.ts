import {
  isAnswered,
  isRunning,
  type PipelineFacts,
  type PipelineStep,
} from '../../domain/project/pipeline.ts';
import { formatCount, formatShare } from '../numbers.ts';
import { formatLoss } from '../training.ts';

/** The name of each step, as its place in the bar says it. */
export const stepNames: Readonly<Record<PipelineStep, string>> = {
  curate: 'Curate',
  freeze: 'Freeze',
  train: 'Train',
  chat: 'Chat',
  evaluate: 'Evaluate',
  report: 'Report',
};

/** What comes of each step, for whoever sees the way for the first time. */
export const stepPurposes: Readonly<Record<PipelineStep, string>> = {
  curate: 'Read samples and accept the good ones',
  freeze: 'Fix them as a dataset with a hash',
  train: 'Fine-tune a GGUF on it, here',
  chat: 'Ask the model before and after',
  evaluate: 'Vote blind which answer is better',
  report: 'Reveal: win, tie, lose, and how sure',
};

/** The number that matters of a step, and what it counts. */
export interface StepAmount {
  number: string;
  words: string;
}

/** What there is of a step; null before it began. */
export function stepAmount(facts: PipelineFacts, step: PipelineStep): StepAmount | null {
  return amounts[step](facts);
}

/** The same in one text. */
export function stepAmountText(facts: PipelineFacts, step: PipelineStep): string {
  const amount = stepAmount(facts, step);
  return amount === null ? '' : [amount.number, amount.words].filter(Boolean).join(' ');
}

const share = (done: number, all: number) => `${formatCount(done)}/${formatCount(all)}`;

const amounts: Readonly<Record<PipelineStep, (facts: PipelineFacts) => StepAmount | null>> = {
  curate: curateAmount,
  freeze: ({ dataset }) =>
    dataset && {
      number: formatCount(dataset.samples),
      words: dataset.isCurrent ? 'frozen' : 'frozen, changed since',
    },
  train: ({ run }) => {
    if (!run) return null;
    if (isRunning(run)) return { number: '', words: run.state === 'queued' ? 'waits' : 'runs' };
    const { checkpoint } = run;
    return checkpoint && { number: formatLoss(checkpoint.meanLoss), words: 'loss' };
  },
  chat: ({ chatAnswers }) =>
    chatAnswers === 0
      ? null
      : { number: formatCount(chatAnswers), words: chatAnswers === 1 ? 'answer' : 'answers' },
  evaluate: ({ evaluation }) => {
    if (!evaluation) return null;
    const { answers, comparisons, failed, voted } = evaluation;
    return isAnswered(evaluation)
      ? { number: share(voted, comparisons - failed), words: 'voted' }
      : { number: share(answers, 2 * comparisons), words: 'answers' };
  },
  report: ({ evaluation }) =>
    evaluation?.isRevealed
      ? {
          number: evaluation.share === null ? '' : formatShare(evaluation.share),
          words: evaluation.share === null ? 'revealed' : 'win + ½ tie',
        }
      : null,
};

function curateAmount({ samples, packet }: PipelineFacts): StepAmount | null {
  const { pending, accepted, rejected } = samples;
  const all = pending + accepted + rejected;
  if (all === 0) return null;
  if (packet !== null) return { number: share(accepted + rejected, all), words: 'reviewed' };
  return accepted === 0
    ? { number: formatCount(pending), words: 'pending' }
    : { number: formatCount(accepted), words: 'accepted' };
}
