import { z } from 'zod';
import { countSchema, nameSchema } from './stored-value.ts';
import { identitySchema, samplingSchema } from './identity.ts';
import { messageSchema } from './message.ts';

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
  epoch: countSchema,
  ordinal: countSchema,
  output: z.string(),
  finish: z.enum(['stop', 'length']),
  promptTokens: countSchema,
  outputTokens: countSchema,
  durationMs: z.number(),
  identity: identitySchema,
});
export type ProbeAnswer = z.infer<typeof probeAnswerSchema>;

/** The probe of a run: its prompts, and the answers that are there. */
export const probeSchema = z.object({
  name: nameSchema,
  sampling: samplingSchema,
  prompts: z.array(z.object({ ordinal: countSchema, messages: z.array(messageSchema) })),
  answers: z.array(probeAnswerSchema),
});
export type Probe = z.infer<typeof probeSchema>;
