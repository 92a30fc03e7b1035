import { deleteThing, planAnyDeletion, restoreThing } from '../manage/deletion-service.ts';
import { diskUsage, removeLeftovers } from '../manage/disk-service.ts';
import { labelsOfKind, labelThing } from '../manage/label-service.ts';
import { withProject } from './implement.ts';

/** Names, notes, tags and deletions. */
export const thingsRouter = {
  labels: withProject.things.labels.handler(({ context: { session }, input }) =>
    labelsOfKind(session, input),
  ),
  label: withProject.things.label.handler(({ context: { core, session }, input }) =>
    labelThing(core, session, input),
  ),
  planDeletion: withProject.things.planDeletion.handler(({ context: { session }, input, signal }) =>
    planAnyDeletion(session, input, signal),
  ),
  delete: withProject.things.delete.handler(({ context: { core, session }, input }) =>
    deleteThing(core, session, input),
  ),
  restore: withProject.things.restore.handler(({ context: { core, session }, input }) =>
    restoreThing(core, session, input),
  ),
};

/** What the project takes on the disk. */
export const diskRouter = {
  usage: withProject.disk.usage.handler(({ context: { core, session }, signal }) =>
    diskUsage(core, session, signal),
  ),
  removeLeftovers: withProject.disk.removeLeftovers.handler(({ context: { session } }) =>
    removeLeftovers(session),
  ),
};
