import { argv } from 'node:process';
import { recipeSchema } from '../../../shared/domain/recipe/recipe.ts';
import type { Database } from '../database.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { freezeDataset } from '../repositories/freeze-dataset.ts';
import { comparisonsOf } from '../repositories/comparisons.ts';
import { findEvaluation, insertEvaluation } from '../repositories/evaluations.ts';
import { insertJob } from '../repositories/jobs.ts';
import { upsertModel } from '../repositories/models.ts';
import { insertPromptSet } from '../repositories/prompt-sets.ts';
import { addReviews } from '../repositories/samples/reviews.ts';
import { addRunEvent, insertRun } from '../repositories/runs.ts';
import { addVersion, getSample } from '../repositories/samples/samples.ts';
import { listSamples } from '../repositories/samples/sample-list.ts';
import { insertVote } from '../repositories/votes.ts';
import { storedModelInfo } from './old-project.ts';

/** Adds one of everything that has an order to a project made by `fillEveryTable`. */
export function writeOneOfEach(db: Database, name: string, shown: 'left' | 'right'): void {
  const sample = getSample(db, listSamples(db, {}, { limit: 1 })[0]?.id ?? '');
  const evaluation = findEvaluation(db, 'name', 'e');
  if (!sample || !evaluation) throw new Error('The project has no sample or no evaluation');
  addReviews(db, shown === 'left' ? 'reject' : 'accept', { ids: [sample.id] }, 'me');
  const messages = sample.messages.map((message) =>
    message.role === 'assistant' ? { ...message, content: `Edited as ${name}.` } : message,
  );
  addVersion(db, sample, { messages, author: name });
  const model = { sha256: name, path: `/${name}.gguf`, info: storedModelInfo };
  const modelId = upsertModel(db, { ...model, info: { ...storedModelInfo, trainable: 'yes' } });
  const datasetId = freezeDataset(db, name, 'me')?.id ?? '';
  const job = insertJob(db, { kind: 'train', title: name, subjectId: null, payload: {} });
  const recipe = recipeSchema.parse({});
  insertRun(db, { id: name, name, jobId: job.id, modelId, datasetId, recipe });
  addRunEvent(db, 'r', { kind: 'warning', step: 1, message: name });
  insertPromptSet(db, name, [{ messages: [{ role: 'user', content: name }] }]);
  insertEvaluation(db, { ...evaluation, id: name, name, author: 'me' }, [], []);
  const comparisonId = comparisonsOf(db, 'e')[0]?.id ?? '';
  insertVote(db, { comparisonId, shown, author: 'me', authorKind: 'human', durationMs: null });
}

// Run as a program: another process, whose clock may go otherwise.
if (argv[1] === import.meta.filename) {
  const [path = '', name = ''] = argv.slice(2);
  const file = openProjectFile(path);
  writeOneOfEach(file.db, name, 'left');
  file.close();
}
