import { z } from 'zod';
import { packetKindSchema } from './packet.ts';
import { jobStateSchema } from '../job.ts';
import { countSchema, epochSchema, idSchema, nameSchema } from '../stored-value.ts';

/** The way of a project from samples to a verdict; each step has its screen. */
export const pipelineStepSchema = z.enum([
  'curate',
  'freeze',
  'train',
  'chat',
  'evaluate',
  'report',
]);
export type PipelineStep = z.infer<typeof pipelineStepSchema>;

const runFactsSchema = z.object({
  id: idSchema,
  name: nameSchema,
  state: jobStateSchema,
  modelId: idSchema,
  /** The picked checkpoint, else the last; null before the first. */
  checkpoint: z.object({ id: idSchema, epoch: epochSchema, meanLoss: z.number() }).nullable(),
});

const evaluationFactsSchema = z.object({
  id: idSchema,
  /** Of a study all pairs together, by its id and name. */
  isStudy: z.boolean(),
  name: nameSchema,
  comparisons: countSchema,
  /** Answers of both systems that are there, and comparisons with a vote. */
  answers: countSchema,
  voted: countSchema,
  /** Comparisons that nobody can vote on, because an answer failed. */
  failed: countSchema,
  isRevealed: z.boolean(),
  /** Win + ½ tie of system A, once it is revealed and judged; null in one too large to count each time. */
  share: z.number().nullable(),
});

/**
 * How far a project is. Steps build on one another: the run is one of the newest dataset, chats and
 * the evaluation are of the time since that run, so that a new dataset begins anew.
 */
export const pipelineFactsSchema = z.object({
  samples: z.object({ pending: countSchema, accepted: countSchema, rejected: countSchema }),
  /** The newest dataset; `isCurrent`: it is the accepted samples as they are now. */
  dataset: z
    .object({ id: idSchema, name: nameSchema, samples: countSchema, isCurrent: z.boolean() })
    .nullable(),
  run: runFactsSchema.nullable(),
  chatAnswers: countSchema,
  evaluation: evaluationFactsSchema.nullable(),
  /** Set in a review packet: what is to be judged in it. */
  packet: packetKindSchema.nullable(),
});
export type PipelineFacts = z.infer<typeof pipelineFactsSchema>;

/** A step is done, goes on at the moment, is the next one, or is still to come. */
export type StepState = 'done' | 'running' | 'next' | 'open';

const order = pipelineStepSchema.options;

/** The steps that a project has: a packet is for judging alone. */
export function stepsOf({ packet }: PipelineFacts): readonly PipelineStep[] {
  if (packet === null) return order;
  return packet === 'evaluation' ? ['evaluate'] : ['curate'];
}

/** What a person does next; null when every step is done. */
export function nextStep(facts: PipelineFacts): PipelineStep | null {
  const steps = stepsOf(facts);
  const { run, evaluation, dataset, samples } = facts;
  if (facts.packet !== null) return steps.find((step) => !isDone(facts, step)) ?? null;
  if (evaluation) {
    if (!evaluation.isRevealed) return isDone(facts, 'evaluate') ? 'report' : 'evaluate';
    // The way was gone to its end: what was accepted since begins it anew.
    return dataset !== null && !dataset.isCurrent && samples.accepted > 0 ? 'freeze' : null;
  }
  if (run?.checkpoint && !isRunning(run)) return facts.chatAnswers > 0 ? 'evaluate' : 'chat';
  if (dataset) return 'train';
  return samples.accepted > 0 ? 'freeze' : 'curate';
}

/** Whether a step has what the next one needs. */
export function isDone(facts: PipelineFacts, step: PipelineStep): boolean {
  const { samples, dataset, run, evaluation, packet } = facts;
  if (step === 'curate')
    return packet === null ? samples.accepted > 0 : samples.pending === 0 && reviewed(facts) > 0;
  if (step === 'freeze') return dataset !== null;
  if (step === 'train') return run?.checkpoint != null && !isRunning(run);
  if (step === 'chat') return facts.chatAnswers > 0;
  if (!evaluation) return false;
  if (step === 'report') return evaluation.isRevealed;
  return evaluation.isRevealed || (isAnswered(evaluation) && isVoted(evaluation));
}

const reviewed = ({ samples }: PipelineFacts) => samples.accepted + samples.rejected;

const isVoted = ({ voted, comparisons, failed }: NonNullable<PipelineFacts['evaluation']>) =>
  comparisons > 0 && voted >= comparisons - failed;

/** Whether both systems have answered every prompt. */
export const isAnswered = ({ answers, comparisons }: NonNullable<PipelineFacts['evaluation']>) =>
  answers >= 2 * comparisons;

const workingStates: ReadonlySet<string> = new Set(['queued', 'running', 'pausing', 'cancelling']);

/** Whether the run is at work now. */
export const isRunning = ({ state }: NonNullable<PipelineFacts['run']>): boolean =>
  workingStates.has(state);

/** Where a step stands. */
export function stepState(facts: PipelineFacts, step: PipelineStep): StepState {
  const { run } = facts;
  if (step === 'train' && run && isRunning(run)) return 'running';
  if (nextStep(facts) === step) return 'next';
  return isDone(facts, step) ? 'done' : 'open';
}
