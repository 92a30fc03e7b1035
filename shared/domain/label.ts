import { z } from 'zod';

/** Everything that can be renamed, noted, tagged or deleted. */
export const labelledThingSchema = z.enum([
  'run',
  'checkpoint',
  'dataset',
  'prompt-set',
  'evaluation',
  'study',
  'model',
  'sample',
  'conversation',
  'answers',
]);
export type LabelledThing = z.infer<typeof labelledThingSchema>;

/** A thing of a project: its kind, and its id among those of its kind. */
export const thingSchema = z.object({ thing: labelledThingSchema, id: z.string().min(1).max(200) });
export type Thing = z.infer<typeof thingSchema>;

const mostNameLength = 100;
const mostNoteLength = 10_000;
const mostTags = 20;

/** A name that a person gives: one line. */
export const givenNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(mostNameLength)
  // Control characters would break lists and terminals apart.
  .regex(/^\P{Cc}*$/u, 'a name is one line without control characters');

/** A note of several lines; empty takes it away. */
export const noteSchema = z.string().trim().max(mostNoteLength);

/** Tags as they are shown, each once, in the order of the alphabet. */
export const tagsSchema = z
  .array(
    z
      .string()
      .trim()
      .min(1)
      .max(50)
      .regex(/^[^\p{Cc},]*$/u, 'a tag holds no comma'),
  )
  .max(mostTags)
  .transform((tags) => [...new Set(tags)].toSorted());

/** What people gave to one thing; `name` is null where it still has its first one. */
export const labelsSchema = z.object({
  name: z.string().nullable(),
  note: z.string(),
  tags: z.array(z.string()),
});
export type Labels = z.infer<typeof labelsSchema>;

/** What is shown of a thing that nobody labelled. */
export const noLabels: Labels = { name: null, note: '', tags: [] };
