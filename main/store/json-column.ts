import { z } from 'zod';
import { messageSchema } from '../../shared/domain/message.ts';
import { StoreError } from './store-error.ts';

/** A JSON column as what it must hold; PROJECT_INVALID when the file says something else. */
export function parseColumn<Value>(schema: z.ZodType<Value>, json: string): Value {
  const parsed = schema.safeParse(JSON.parse(json));
  if (parsed.success) return parsed.data;
  throw new StoreError(
    'PROJECT_INVALID',
    `The project holds a value this program does not understand (${z.prettifyError(parsed.error)}). ` +
      'It was written by another build, or the file is damaged.',
  );
}

const messagesSchema = z.array(messageSchema);

/** The messages of a JSON column. */
export const parseMessages = (json: string) => parseColumn(messagesSchema, json);
