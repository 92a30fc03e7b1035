import { z } from 'zod';

// What a value of a project file may be, wherever it comes from: the product writes less.

/**
 * The id of a row: lower-case letters, digits and hyphens (the product makes UUIDv7), and no name
 * of a Windows device. Some name a folder, where two ids must not be one, nor lead elsewhere.
 */
export const idSchema = z
  .string()
  .regex(/^(?!(?:con|prn|aux|nul|(?:com|lpt)\d)$)[0-9a-z][0-9a-z-]{0,63}$/, {
    error: 'an id is at most 64 lower-case letters, digits and hyphens',
  });

/** A hash in hexadecimal; it is compared and shown, and kept with what a machine knows of a model. */
export const hashSchema = z.string().regex(/^[0-9A-Za-z-]{0,64}$/, {
  error: 'a hash is at most 64 letters, digits and hyphens',
});

/** What something is called: lists show all of them. */
export const nameSchema = z.string().max(10_000);

/** How many of something: no count of ours is negative. */
export const countSchema = z.number().int().min(0);

/** Passes over a dataset; a run may end within one, as in 1.5. */
export const epochSchema = z.number().min(0);

/** Milliseconds since 1970 that a `Date` can hold: beyond it, writing the time down throws. */
export const momentSchema = z.number().int().min(0).max(8_640_000_000_000_000);
