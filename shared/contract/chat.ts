import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { identitySchema, samplingSchema, systemSpecSchema } from '../domain/identity.ts';
import { messageSchema } from '../domain/message.ts';
import { procedure } from './base.ts';

/** A finished answer with what the engine says it ran. */
export const answerSchema = z.object({
  output: z.string(),
  finish: z.enum(['stop', 'length', 'cancelled']),
  promptTokens: z.number().int(),
  outputTokens: z.number().int(),
  durationMs: z.number(),
  identity: identitySchema,
});
export type ChatAnswer = z.infer<typeof answerSchema>;

export const chatContract = {
  /** Streams one answer of one system; aborting the call stops it and keeps what came. */
  send: procedure
    .input(
      z.object({
        conversationId: z.string(),
        pane: z.enum(['left', 'right']),
        system: systemSpecSchema,
        messages: z.array(messageSchema).min(1),
        sampling: samplingSchema.prefault({}),
      }),
    )
    .output(
      eventIterator(
        z.discriminatedUnion('type', [
          z.object({ type: z.literal('loading') }),
          z.object({ type: z.literal('text'), text: z.string() }),
          z.object({ type: z.literal('answer'), answer: answerSchema }),
        ]),
      ),
    ),
  /** Stops an answer that is being written; its stream then ends with what came, labelled. */
  stop: procedure
    .input(z.object({ conversationId: z.string(), pane: z.enum(['left', 'right']) }))
    .output(z.object({ stopped: z.boolean() })),
  /** Frees the memory of the loaded model. */
  unload: procedure.output(z.object({ unloaded: z.boolean() })),
};
