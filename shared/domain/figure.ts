import { z } from 'zod';

const toneSchema = z.enum([
  'win',
  'tie',
  'lose',
  'on-win',
  'on-tie',
  'on-lose',
  'ink',
  'soft',
  'axis',
  // Of a scale from the worst level to the best.
  'level-1',
  'level-2',
  'level-3',
  'level-4',
  'level-5',
  'level-6',
]);

const measure = z.number();
const words = z.string().max(10_000);

const markSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('rect'),
    x: measure,
    y: measure,
    width: measure,
    height: measure,
    tone: toneSchema,
  }),
  z.object({
    kind: z.literal('line'),
    x1: measure,
    y1: measure,
    x2: measure,
    y2: measure,
    tone: toneSchema,
  }),
  z.object({
    kind: z.literal('circle'),
    x: measure,
    y: measure,
    radius: measure,
    tone: toneSchema,
  }),
  z.object({
    kind: z.literal('text'),
    x: measure,
    y: measure,
    text: words,
    /** All of a text that is shown shortened. */
    whole: words.optional(),
    anchor: z.enum(['start', 'middle', 'end']),
    tone: toneSchema,
  }),
]);
/** One mark of a drawing, in drawing units from the top left; its tone says what it means, and colours are the reader's. */
export type Mark = z.infer<typeof markSchema>;

/** A drawing as data: the window and a file of its own show the same one. */
export const figureSchema = z.object({
  /** What it shows in one sentence, for who cannot see it. */
  title: words,
  width: measure,
  height: measure,
  marks: z.array(markSchema).max(100_000),
});
export type Figure = z.infer<typeof figureSchema>;
