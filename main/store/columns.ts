import { z } from 'zod';
import { idSchema } from '../../shared/domain/stored-value.ts';
import { messageSchema } from '../../shared/domain/message.ts';

/** A JSON column as what it must hold; its CHECK in the file says only that it is JSON. */
export const json = <Schema extends z.ZodType>(schema: Schema) =>
  z.string().transform((text, context): z.output<Schema> => {
    const parsed = safelyParsed(schema, text);
    if (parsed?.success) return parsed.data;
    const problem = parsed ? z.prettifyError(parsed.error) : 'it is no JSON, or nested too deep';
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });

/** `undefined` for no JSON, and for what nests so deep that a schema of any JSON runs out of stack. */
function safelyParsed<Schema extends z.ZodType>(schema: Schema, text: string) {
  try {
    return schema.safeParse(JSON.parse(text));
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A JSON column with the messages of a conversation. */
export const messagesColumn = json(z.array(messageSchema));

/**
 * A REAL column of a measurement. A gradient may have been infinite: that is told as the largest
 * number there is, since JSON has no infinity and a list with one would not reach a shell.
 */
export const real = z
  .custom<number>((value) => typeof value === 'number', 'expected a number')
  .transform((value) => Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE));

/** A query that only asks whether there is a row, or counts them. */
export const countRow = z.object({ n: z.number().int() });

/** A column that is 1 or 0. */
export const flagColumn = z.number().transform((value) => value === 1);

/** The id of a row. */
export const idRow = z.object({ id: idSchema });

/**
 * A place in the order of a project (`repositories/sequence.ts`). No honest one gets to the end: at
 * a million things a second it would take 142 years.
 */
export const sequenceColumn = z
  .number()
  .int()
  .min(0)
  .max(2 ** 52);

// A component that is the same on every system, and leads nowhere: no dots but inside a name.
const component = '[0-9A-Za-z_-](?:[0-9A-Za-z._-]{0,98}[0-9A-Za-z_-])?';
const artifact = new RegExp(`^${component}(?:/${component}){0,7}$`);

/** A file in the folder of artifacts, with slashes; Windows wrote backslashes. */
export const artifactColumn = z
  .string()
  .transform((file) => file.replaceAll('\\', '/'))
  .pipe(z.string().regex(artifact, { error: 'an artifact lies in the folder beside the project' }));

/** A path of a file that stays where it is; whether it may be read is asked when it is needed. */
export const pathColumn = z
  .string()
  .min(1)
  .max(32_767)
  .refine((path) => !path.includes('\0'), 'a path holds no NUL');
