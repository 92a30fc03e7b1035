import { z } from 'zod';
import { countSchema, epochSchema, nameSchema } from '../stored-value.ts';
import { answerFinishSchema } from '../evaluate/evaluation.ts';
import { identitySchema, samplingSchema } from '../identity.ts';
import { messageSchema } from '../message.ts';

/** At most this many prompts of a set are probed: they are answered anew at every epoch. */
export const mostProbePrompts = 20;

/** Asked when no prompt set was chosen: advice, a plan, an explanation, a letter, a refusal. */
export const builtInProbePrompts: readonly string[] = [
  'What should I look for when I buy a used bicycle?',
  'Plan a day in a city I have never been to, for a family with two children.',
  'Why is the sky blue? Explain it to a ten-year-old.',
  'Write a short letter to a neighbour whose dog barks at night.',
  'My friend asks me to keep a secret that may hurt someone. What should I do?',
];

/**
 * Prompts answered by the base and at every epoch of a run. `promptSetId` null takes the built-in
 * few. The default is greedy and short, so that epochs differ by their weights alone.
 */
export const probeInputSchema = z.object({
  promptSetId: z.string().nullable().default(null),
  sampling: samplingSchema.prefault({ temperature: 0, repeatPenalty: 1, maxTokens: 160 }),
});
export type ProbeInput = z.input<typeof probeInputSchema>;

/** One answer; epoch 0 is the base model. */
export const probeAnswerSchema = z.object({
  epoch: epochSchema,
  ordinal: countSchema,
  output: z.string(),
  finish: answerFinishSchema,
  promptTokens: countSchema,
  outputTokens: countSchema,
  durationMs: z.number(),
  identity: identitySchema,
});
export type ProbeAnswer = z.infer<typeof probeAnswerSchema>;

/** The probe of a run: its prompts, every epoch that has answers, and those that were asked for. */
export const probeSchema = z.object({
  name: nameSchema,
  sampling: samplingSchema,
  prompts: z.array(z.object({ ordinal: countSchema, messages: z.array(messageSchema) })),
  epochs: z.array(epochSchema),
  answers: z.array(probeAnswerSchema),
});
export type Probe = z.infer<typeof probeSchema>;

/** At most this many epochs of a probe are shown beside the base. */
export const mostShownEpochs = 12;

/** Which epochs of a probe are shown: the last ones, some from first to last, or those from one on. */
export const shownEpochsSchema = z.discriminatedUnion('which', [
  z.object({ which: z.literal('last') }),
  z.object({ which: z.literal('spread') }),
  z.object({ which: z.literal('from'), epoch: epochSchema }),
]);
export type ShownEpochs = z.infer<typeof shownEpochsSchema>;

/** The base and the few epochs that are shown, of those that have answers, in their order. */
export function pickEpochs(answered: readonly number[], shown: ShownEpochs): number[] {
  const epochs = answered.filter((epoch) => epoch > 0);
  return [...answered.filter((epoch) => epoch === 0), ...fewOf(epochs, shown)];
}

function fewOf(epochs: readonly number[], shown: ShownEpochs): number[] {
  if (shown.which === 'last') return epochs.slice(-mostShownEpochs);
  if (shown.which === 'from')
    return epochs.filter((epoch) => epoch >= shown.epoch).slice(0, mostShownEpochs);
  const count = Math.min(epochs.length, mostShownEpochs);
  return Array.from({ length: count }, (_, index) => {
    const place = count === 1 ? 0 : Math.round((index * (epochs.length - 1)) / (count - 1));
    return epochs.slice(place, place + 1);
  }).flat();
}
