import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { samplingSchema } from '../domain/identity.ts';
import { messageSchema } from '../domain/message.ts';
import { procedure } from './base.ts';
import { answerSchema } from './chat.ts';

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
  run: procedure
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
