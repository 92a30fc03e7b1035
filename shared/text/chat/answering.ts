import { formatBytes, formatCount, formatQuantity, timeLeft } from '../numbers.ts';

/** How many tokens a question and its answer took of how many the model can read. */
export interface ContextUse {
  promptTokens: number;
  outputTokens: number;
  contextTokens: number;
}

const usedBy = ({ promptTokens, outputTokens }: ContextUse) => promptTokens + outputTokens;

/** True where the answer ended because nothing more could be read. */
export const isContextFull = (use: ContextUse): boolean => usedBy(use) >= use.contextTokens;

/** How much of the context is used: `context 1,204 of 8,192 tokens`. */
export const contextUseText = (use: ContextUse): string =>
  `context ${formatCount(usedBy(use))} of ${formatQuantity(use.contextTokens, 'token')}`;

/** Why an answer was cut, and what became of what was said before it. */
export function cutText(use: ContextUse): string {
  if (!isContextFull(use))
    return `Cut at the limit of ${formatQuantity(use.outputTokens, 'token')} for an answer.`;
  return (
    `Cut: the context of ${formatQuantity(use.contextTokens, 'token')} is full. Nothing of the ` +
    'conversation was dropped to make room, and a further question has none: begin a new one.'
  );
}

/** What is known of a run that trains while somebody wants an answer. */
interface TrainingBeside {
  runName: string;
  etaMs: number | null;
  /** Sizes of the models that answer. */
  modelBytes: readonly number[];
}

/** What an answer costs while a run trains, in sentences. */
export function chatCostText({ runName, etaMs, modelBytes }: TrainingBeside): string {
  const bytes = modelBytes.reduce((sum, size) => sum + size, 0);
  const left = timeLeft(etaMs);
  return (
    `“${runName}” is training${left === '' ? '' : `, with ${left}`}. An answer loads ` +
    `${formatBytes(bytes)} of model beside it, unless that is loaded already, and computes with ` +
    'the same processor and memory: until it is there, the training is slower, and so is the ' +
    'answer. What the run learns stays the same.'
  );
}
