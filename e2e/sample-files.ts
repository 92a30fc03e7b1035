import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Message } from '../shared/domain/message.ts';
import {
  answer,
  postRow,
  postsDump,
  question,
} from '../main/core/curate/testing/import-fixtures.ts';
import { KnownProjects } from '../main/core/base/known-projects.ts';
import { createProjectFile, openProjectFile } from '../main/store/file/open-project-file.ts';
import { freezeDataset } from '../main/store/repositories/datasets.ts';
import { insertJob, updateJob } from '../main/store/repositories/jobs.ts';
import { upsertModel } from '../main/store/repositories/models.ts';
import { addReviews } from '../main/store/repositories/reviews.ts';
import { insertRun } from '../main/store/repositories/runs.ts';
import { storedModelInfo } from '../main/store/testing/old-project.ts';
import { recipeSchema } from '../shared/domain/recipe.ts';
import { projectIdentity } from '../main/store/repositories/project-contents.ts';
import { addSamples, type NewSample } from '../main/store/repositories/samples.ts';

/** A conversation whose turns alternate, beginning with the user. */
export function conversation(...turns: string[]): Message[] {
  return turns.map((content, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content,
  }));
}

/** Writes a JSONL dataset of three conversations, the first of four turns; line 3 is broken. */
export function writeConversations(folder: string): string {
  const path = join(folder, 'own-writing.jsonl');
  const lines = [
    conversation(
      'How is a reef knot tied?',
      'Right over left, then left over right.',
      'And how does it come undone?',
      'Push both ends towards the middle.',
    ),
    conversation('When are apple trees pruned?', 'In late winter, before the buds open.'),
    conversation('What is a ketch?', 'A boat with two masts, the aft one being shorter.'),
  ].map((messages) => JSON.stringify({ messages }));
  writeFileSync(path, [...lines.slice(0, 2), '{"messages": [oops', ...lines.slice(2)].join('\n'));
  return path;
}

/**
 * Writes a community dump of two answered questions, the second one flagged; line 5 is broken. One
 * answer more and the wiki of a tag make no sample.
 */
export function writePosts(folder: string): string {
  const path = join(folder, 'cooking.stackexchange.com.Posts.xml');
  const title = 'How does bread dough rise in a cold kitchen overnight?';
  const prose = 'Yeast works slowly when it is cold, and slow work gives the dough more taste. ';
  const good = { Score: 31, Body: `<p>${prose.repeat(20)}</p>` };
  const poor = { Score: 2, Body: '<p>I would ask my grandmother about soup.</p>' };
  writeFileSync(
    path,
    postsDump([
      postRow(question(11, { Title: title })),
      postRow(answer(12, 11, good)),
      postRow({ ...question(13), Id: 'thirteen' }),
      postRow(question(14, { Title: 'Salty soup' })),
      postRow(answer(15, 14, poor)),
      postRow(answer(16, 14, { Score: 1 })),
      postRow({ Id: 17, PostTypeId: 5, Body: 'soup' }),
    ]),
  );
  return path;
}

/**
 * Makes a project of pending samples through the store, without the window; returns its path. The
 * person of the folder it lies in is said to have made it, unless `isForeign`.
 */
export function writeProject(
  path: string,
  samples: Iterable<Partial<NewSample>>,
  { isForeign = false } = {},
): string {
  const file = createProjectFile(path);
  const uuid = projectIdentity(file.db)?.uuid ?? '';
  if (!isForeign)
    new KnownProjects(join(dirname(path), 'user-data')).add({ uuid, path, how: 'made' });
  try {
    const whole = [...samples].map((sample, index) => ({
      messages: [],
      source: 'test',
      provenance: {},
      flags: [],
      originHash: `origin-${index}`,
      ...sample,
    }));
    addSamples(file.db, whole, 'e2e');
  } finally {
    file.close();
  }
  return path;
}

/** Gives a closed project a dataset, a model that lies at a path, and a run on both that is paused. */
export function addPausedRun(path: string, model: { path: string; sha256: string }): void {
  const file = openProjectFile(path);
  try {
    const { db } = file;
    addReviews(db, 'accept', { filter: {} }, 'e2e');
    const datasetId = freezeDataset(db, 'theirs', 'e2e')?.id ?? '';
    const info = { ...storedModelInfo, name: 'their model' };
    const modelId = upsertModel(db, { ...model, info });
    const payload = { runId: 'r' };
    const job = insertJob(db, { kind: 'train', title: 'their run', subjectId: 'r', payload });
    updateJob(db, { ...job, state: 'paused' });
    const recipe = recipeSchema.parse({ epochs: 1 });
    insertRun(db, { id: 'r', name: 'their run', jobId: job.id, modelId, datasetId, recipe });
  } finally {
    file.close();
  }
}
