import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { answerSeed } from '../shared/domain/evaluate/answer-seed.ts';
import type { Message } from '../shared/domain/message.ts';
import {
  answer,
  postRow,
  postsDump,
  question,
} from '../main/core/curate/testing/import-fixtures.ts';
import { KnownProjects } from '../main/core/base/known-projects.ts';
import { createProjectFile, openProjectFile } from '../main/store/file/open-project-file.ts';
import { freezeDataset } from '../main/store/repositories/freeze-dataset.ts';
import { insertJob, updateJob } from '../main/store/repositories/jobs.ts';
import { upsertModel } from '../main/store/repositories/models.ts';
import { comparisonsOf } from '../main/store/repositories/comparisons.ts';
import { insertEvaluation } from '../main/store/repositories/evaluations.ts';
import { insertGeneration } from '../main/store/repositories/generations.ts';
import { insertPromptSet, promptsOf } from '../main/store/repositories/prompt-sets.ts';
import { addReviews } from '../main/store/repositories/samples/reviews.ts';
import { insertVote } from '../main/store/repositories/votes.ts';
import { upsertSystem } from '../main/store/repositories/systems.ts';
import {
  identicalAnswersAuthor,
  showVerdict,
  sideOf,
  type Verdict,
} from '../shared/domain/evaluate/evaluation.ts';
import { identitySchema, samplingSchema } from '../shared/domain/identity.ts';
import { insertRun } from '../main/store/repositories/runs.ts';
import { storedModelInfo } from '../main/store/testing/old-project.ts';
import { recipeSchema } from '../shared/domain/recipe/recipe.ts';
import { projectIdentity } from '../main/store/repositories/project/project-contents.ts';
import { addSamples, type NewSample } from '../main/store/repositories/samples/samples.ts';

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

/** Gives a closed project a dataset of all its samples. */
export function addDataset(path: string, name: string): void {
  const file = openProjectFile(path);
  try {
    addReviews(file.db, 'accept', { filter: {} }, 'e2e');
    freezeDataset(file.db, name, 'e2e');
  } finally {
    file.close();
  }
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

/** One prompt with the answers of two systems; `null` where one has not answered. */
export interface AnsweredPrompt {
  prompt: string;
  expected?: string;
  a: string | null;
  b: string | null;
  /** The first turns of a dialogue, of which the ones above are the last. */
  before?: { prompt: string; a: string; b: string }[];
  /** How somebody voted on it. */
  vote?: Verdict;
}

/** Names of the two models that `addEvaluation` compares. */
export const contestants = { a: 'tuned-orca', b: 'plain-orca' };

const byRule = {
  author: identicalAnswersAuthor,
  authorKind: 'rule',
  durationMs: null,
} as const;

/** Gives a closed project a blind evaluation of two models, answered without an engine. */
export function addEvaluation(path: string, name: string, pairs: readonly AnsweredPrompt[]): void {
  const file = openProjectFile(path);
  try {
    const { db } = file;
    const prompts = pairs.map(({ prompt, before = [], expected }) => ({
      messages: [...before, { prompt }].map((turn) => ({
        role: 'user' as const,
        content: turn.prompt,
      })),
      expected,
    }));
    const promptSetId = insertPromptSet(db, `prompts of ${name}`, prompts);
    const stored = promptsOf(db, promptSetId, pairs.length);
    const sampling = samplingSchema.parse({});
    const [systemAId = '', systemBId = ''] = (['a', 'b'] as const).map((key) => {
      const sha256 = (key === 'a' ? '1' : '2').repeat(64);
      const info = { ...storedModelInfo, name: contestants[key] };
      const modelId = upsertModel(db, {
        sha256,
        path: join(dirname(path), `${contestants[key]}.gguf`),
        info,
      });
      const spec = { modelId, checkpointId: null, strength: 1 };
      const hashes = { baseSha256: sha256, adapterSha256: null };
      const systemId = upsertSystem(db, spec, sampling, hashes);
      for (const { id: promptId, ordinal, messages } of stored) {
        const output = pairs[ordinal]?.[key] ?? null;
        const before = pairs[ordinal]?.before;
        const identity = identitySchema.parse({
          ...hashes,
          baseName: info.name,
          adapterName: null,
          strength: 1,
          templateSha256: '3'.repeat(64),
          sampling: { ...sampling, seed: answerSeed(sampling.seed, { messages }, 0) },
          repetition: 0,
          engine: 'e2e',
          device: 'CPU',
        });
        const counts = { promptTokens: 1, outputTokens: 1, durationMs: 1 };
        const answer = { finish: 'stop', ...counts, identity } as const;
        const earlier = before?.map((turn) => ({ output: turn[key], ...answer }));
        if (output !== null)
          insertGeneration(db, {
            ...answer,
            systemId,
            promptId,
            output,
            ...(earlier && { earlier }),
          });
      }
      return systemId;
    });
    const evaluation = { id: name, name, promptSetId, systemAId, systemBId, seed: 1, parallel: 1 };
    insertEvaluation(
      db,
      { ...evaluation, author: 'e2e' },
      stored.map(({ id }) => id),
      stored.map(({ ordinal }) => sideOf(1, ordinal)),
    );
    for (const { id: comparisonId, ordinal, leftSide } of comparisonsOf(db, evaluation.id)) {
      const verdict = pairs[ordinal]?.vote;
      const by = { author: 'e2e', authorKind: 'human', durationMs: null } as const;
      if (verdict) insertVote(db, { comparisonId, shown: showVerdict(verdict, leftSide), ...by });
      const { a, b } = pairs[ordinal] ?? {};
      if (a && a === b) insertVote(db, { comparisonId, shown: 'neither', ...byRule });
    }
  } finally {
    file.close();
  }
}
