import { basename } from 'node:path';
import type { Thing } from '../../../shared/domain/label.ts';
import { conversationName } from '../../../shared/text/chat/conversations.ts';
import { thingNouns } from '../../../shared/text/project/deleting.ts';
import { findCheckpoint } from '../../store/repositories/checkpoints.ts';
import { conversationOpening } from '../../store/repositories/chat-answers.ts';
import { findDataset } from '../../store/repositories/datasets.ts';
import { findEvaluation } from '../../store/repositories/evaluations.ts';
import { findAnswers } from '../../store/repositories/imported-answers.ts';
import { isDeleted, labelsOfOne } from '../../store/repositories/labels.ts';
import { findModel } from '../../store/repositories/models.ts';
import { findPromptSet } from '../../store/repositories/prompt-sets.ts';
import { findRun } from '../../store/repositories/runs.ts';
import { findStudy } from '../../store/repositories/studies.ts';
import { getSample } from '../../store/repositories/samples/samples.ts';
import type { Database } from '../../store/database.ts';
import { AppError } from '../base/app-error.ts';

/** What a thing is called now; NOT_FOUND for one that is not there, or was deleted. */
export function nameOfThing(db: Database, thing: Thing): string {
  const name = isDeleted(db, thing) ? undefined : (storedName(db, thing) ?? undefined);
  if (name === undefined) {
    const what = thingNouns[thing.thing];
    throw new AppError('NOT_FOUND', `There is no ${what} ${thing.id.slice(0, 100)} (any more)`, {
      what,
      id: thing.id,
    });
  }
  return labelsOfOne(db, thing).name ?? name;
}

function storedName(db: Database, { thing, id }: Thing): string | undefined {
  if (thing === 'run') return findRun(db, 'id', id)?.name;
  if (thing === 'dataset') return findDataset(db, 'id', id)?.name;
  if (thing === 'prompt-set') return findPromptSet(db, 'id', id)?.name;
  if (thing === 'evaluation') return findEvaluation(db, 'id', id)?.name;
  if (thing === 'answers') return findAnswers(db, 'id', id)?.name;
  if (thing === 'study') return findStudy(db, 'id', id)?.name;
  if (thing === 'model') {
    const model = findModel(db, id);
    return model && basename(model.path);
  }
  if (thing === 'sample') return getSample(db, id) && `sample ${id.slice(-6)}`;
  if (thing === 'conversation') {
    const opening = conversationOpening(db, id);
    return opening === undefined ? undefined : conversationName({ name: null, opening });
  }
  const checkpoint = findCheckpoint(db, id);
  return checkpoint && !checkpoint.isDeleted
    ? `${checkpoint.runName} · epoch ${checkpoint.epoch}`
    : undefined;
}
