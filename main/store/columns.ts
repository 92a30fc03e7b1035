import { z } from 'zod';
import { messageSchema } from '../../shared/domain/message.ts';

/** A JSON column as what it must hold; its CHECK in the file says only that it is JSON. */
export const json = <Schema extends z.ZodType>(schema: Schema) =>
  z.string().transform((text, context): z.output<Schema> => {
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    context.addIssue({ code: 'custom', message: z.prettifyError(parsed.error) });
    return z.NEVER;
  });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No schema takes `undefined`, so the column is reported like any other strange value.
    return undefined;
  }
}

/** A JSON column with the messages of a conversation. */
export const messagesColumn = json(z.array(messageSchema));

/** A REAL column of a measurement, which may be infinite where `z.number()` allows no infinity. */
export const real = z.custom<number>((value) => typeof value === 'number', 'expected a number');

/** A query that only asks whether there is a row, or counts them. */
export const countRow = z.object({ n: z.number().int() });

/** The id of a row. */
export const idRow = z.object({ id: z.string() });

/**
 * A place in the order of a project (`repositories/sequence.ts`). No honest one gets to the end: at
 * a million things a second it would take 142 years.
 */
export const sequenceColumn = z
  .number()
  .int()
  .min(0)
  .max(2 ** 52);
