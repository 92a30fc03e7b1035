import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { identitySchema, samplingSchema, systemSpecSchema } from '../domain/identity.ts';
import { messageSchema } from '../domain/message.ts';
import { procedure, reading } from './errors.ts';

/** A finished answer with what the engine says it ran. */
const answerSchema = z.object({
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
  stop: reading
    .input(z.object({ conversationId: z.string(), pane: z.enum(['left', 'right']) }))
    .output(z.object({ stopped: z.boolean() })),
  /** Frees the memory of the loaded model. */
  unload: reading.output(z.object({ unloaded: z.boolean() })),
};

/** A base model with an optional adapter, both named by file: no project has to know them. */
export const fileSystemSchema = z.object({
  basePath: z.string().min(1),
  adapterPath: z.string().min(1).nullable().default(null),
  strength: z.number().min(0).max(4).default(1),
});
export type FileSystem = z.infer<typeof fileSystemSchema>;

export const generationsContract = {
  /**
   * Streams the answers of one system to many prompts, in the order they finish; needs no project
   * and stores nothing. `text` comes only when there is one prompt. Aborting the call stops it.
   */
  run: reading
    .input(
      z.object({
        system: fileSystemSchema,
        items: z
          .array(z.object({ key: z.string(), messages: z.array(messageSchema).min(1) }))
          .min(1)
          .max(100_000),
        sampling: samplingSchema.prefault({}),
        parallel: z.number().int().min(1).max(64).default(4),
      }),
    )
    .output(
      eventIterator(
        z.discriminatedUnion('type', [
          z.object({ type: z.literal('loading') }),
          z.object({ type: z.literal('text'), text: z.string() }),
          z.object({ type: z.literal('answer'), key: z.string(), answer: answerSchema }),
        ]),
      ),
    ),
};
