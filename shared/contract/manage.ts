import { z } from 'zod';
import { deletionPlanSchema, diskUsageSchema } from '../domain/deletion.ts';
import {
  givenNameSchema,
  labelledThingSchema,
  labelsSchema,
  noteSchema,
  tagsSchema,
  thingSchema,
} from '../domain/label.ts';
import { procedure, reading } from './errors.ts';

/** Names, notes, tags and deletions of everything that a project holds. */
export const thingsContract = {
  /** What people gave to the things of one kind, by id; those without labels are left out. */
  labels: reading
    .input(z.object({ thing: labelledThingSchema }))
    .output(z.record(z.string(), labelsSchema)),
  /**
   * Sets the fields that are given; a name of null takes a given one away, where the thing is called
   * by something else then. Answers what was there before; `given` is the name that an undo gives.
   */
  label: procedure
    .input(
      thingSchema.extend({
        name: givenNameSchema.nullable().optional(),
        note: noteSchema.optional(),
        tags: tagsSchema.optional(),
      }),
    )
    .output(labelsSchema.extend({ name: z.string(), given: z.string().nullable() })),
  /** What deleting it would do: nothing is changed. */
  planDeletion: reading.input(thingSchema).output(deletionPlanSchema),
  /** Deletes it. Refused while a job works with it. */
  delete: procedure.input(thingSchema).output(z.object({ freedBytes: z.number().int() })),
  /** Brings back what can be brought back: a model that was removed. */
  restore: procedure.input(thingSchema).output(z.object({ restored: z.boolean() })),
};

/** What the project takes on the disk. */
export const diskContract = {
  usage: reading.output(diskUsageSchema),
  /** Removes what belongs to nothing any more. */
  removeLeftovers: procedure.output(z.object({ freedBytes: z.number().int() })),
};
