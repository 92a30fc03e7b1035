import type { ChangeTopic } from '../../../shared/contract/app.ts';
import type { LabelledThing, Labels, Thing } from '../../../shared/domain/label.ts';
import { withTransaction, type Database } from '../../store/database.ts';
import { judgedNamed } from '../../store/repositories/judged-names.ts';
import { addLabel, labelsOf, labelsOfOne } from '../../store/repositories/labels.ts';
import {
  hasOwnName,
  idOfName,
  renameThing,
  takeNameAway,
} from '../../store/labels/rename-thing.ts';
import { AppError } from '../base/app-error.ts';
import type { CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { thingNouns } from '../../../shared/text/project/deleting.ts';
import { nameOfThing } from './find-thing.ts';

/** The views that show each kind of thing, or a name of one. */
export const topicsOf: Record<LabelledThing, ChangeTopic[]> = {
  run: ['runs', 'evaluations', 'project'],
  checkpoint: ['runs', 'evaluations'],
  dataset: ['datasets', 'runs', 'project'],
  'prompt-set': ['prompts', 'evaluations'],
  evaluation: ['evaluations', 'project'],
  study: ['evaluations', 'project'],
  model: ['models', 'runs', 'evaluations'],
  sample: ['samples'],
  conversation: ['chats', 'project'],
  answers: ['prompts', 'evaluations'],
};

/** What people gave to the things of one kind, by id. */
export const labelsOfKind = (
  { file }: ProjectSession,
  { thing }: { thing: LabelledThing },
): Record<string, Labels> => Object.fromEntries(labelsOf(file.db, thing));

/** What of a thing shall change. */
interface LabelInput extends Thing {
  name?: string | null | undefined;
  note?: string | undefined;
  tags?: string[] | undefined;
}

/** Sets name, note and tags, as far as they are given; returns what they were before. */
export function labelThing(
  state: CoreState,
  session: ProjectSession,
  { thing: kind, id, name, note, tags }: LabelInput,
): Labels & { name: string; given: string | null } {
  const { db } = session.file;
  const thing = { thing: kind, id };
  const nameBefore = nameOfThing(db, thing);
  const labels = labelsOfOne(db, thing);
  const given = hasOwnName(kind) ? nameBefore : labels.name;
  const before = { ...labels, name: nameBefore, given };
  const { author } = state.settings;
  const isRenamed = name !== undefined && name !== nameBefore;
  if (isRenamed) requireUsable(session, thing, name);
  withTransaction(db, () => {
    if (isRenamed && name !== null) renameThing(db, thing, name, author);
    if (name === null && given !== null) takeNameAway(db, thing, author);
    if (note !== undefined && note !== before.note)
      addLabel(db, { ...thing, field: 'note', value: note, author });
    if (tags !== undefined && JSON.stringify(tags) !== JSON.stringify(before.tags))
      addLabel(db, { ...thing, field: 'tags', value: JSON.stringify(tags), author });
  });
  session.changes.touch('labels', ...topicsOf[kind]);
  return before;
}

function namedSo(db: Database, thing: LabelledThing, name: string): Thing | undefined {
  if (thing === 'evaluation' || thing === 'study') return judgedNamed(db, name);
  const id = idOfName(db, thing, name);
  return id === undefined ? undefined : { thing, id };
}

function requireUsable({ file }: ProjectSession, { thing, id }: Thing, name: string | null): void {
  if (name === null) {
    if (!hasOwnName(thing)) return;
    const message = `A ${thingNouns[thing]} cannot be without a name: give it another one`;
    throw new AppError('INVALID_STATE', message, { id });
  }
  const taken = namedSo(file.db, thing, name);
  if (taken === undefined || taken.id === id) return;
  throw new AppError(
    'NAME_TAKEN',
    `There is another ${thingNouns[taken.thing]} “${name}”: choose another name`,
    { name },
  );
}
