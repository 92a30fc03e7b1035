import { findEditConflicts } from '../../store/repositories/samples/edit-conflicts.ts';
import { chooseEdit, editsOf } from '../curate/edit-conflict-service.ts';
import { startMerge } from '../merge/merge-service.ts';
import { startPacket } from '../merge/packet-service.ts';
import { undoableMerge, undoMerge } from '../merge/undo-merge.ts';
import { withProject } from './implement.ts';

/** Merging copies of a project, and what stands beside each other afterwards. */
export const mergesRouter = {
  start: withProject.merges.start.handler(({ context: { core, session }, input }) => ({
    jobId: startMerge(core, session, input).id,
  })),
  undoable: withProject.merges.undoable.handler(({ context: { session } }) =>
    undoableMerge(session),
  ),
  undo: withProject.merges.undo.handler(({ context: { core, session }, input }) =>
    undoMerge(core, session, input),
  ),
  editConflicts: withProject.merges.editConflicts.handler(({ context: { session } }) =>
    findEditConflicts(session.file.db),
  ),
  edits: withProject.merges.edits.handler(({ context: { session }, input }) =>
    editsOf(session, input.sampleId),
  ),
  choose: withProject.merges.choose.handler(({ context: { core, session }, input }) =>
    chooseEdit(core, session, input),
  ),
};

/** Review packets. */
export const packetsRouter = {
  write: withProject.packets.write.handler(({ context: { core, session }, input }) => ({
    jobId: startPacket(core, session, input).id,
  })),
};
