import { z } from 'zod';
import { identitySchema, samplingSchema, type Identity } from '../../../shared/domain/identity.ts';
import { defaultFewShot } from '../../../shared/domain/few-shot.ts';
import { builtInRubrics } from '../../../shared/domain/judge/built-in-rubrics.ts';
import { recipeSchema } from '../../../shared/domain/recipe/recipe.ts';
import { SeqRunWriter } from '../../../shared/domain/seq-runs.ts';
import { sealSomeRows } from '../checksums/seal-rows.ts';
import { countRow, idRow } from '../columns.ts';
import { all, get, run, type Database } from '../database.ts';
import { insertChatAnswer } from '../repositories/chat-answers.ts';
import { insertCheckpoint, listCheckpoints } from '../repositories/checkpoints.ts';
import { comparisonsOf } from '../repositories/comparisons.ts';
import { freezeDataset, listAccepted, storeDataset } from '../repositories/freeze-dataset.ts';
import { addDevLosses } from '../repositories/dev-losses.ts';
import { insertEvaluation, setEvaluationJob } from '../repositories/evaluations.ts';
import { insertGeneration } from '../repositories/generations.ts';
import { ensureJudging } from '../repositories/judge/judgings.ts';
import { storeRubric } from '../repositories/judge/rubrics.ts';
import { insertFailedVerdict, insertVerdict } from '../repositories/judge/verdicts.ts';
import { gradedAnswers, insertGrade } from '../repositories/grades.ts';
import { insertAnswersSystem, insertImportedAnswer } from '../repositories/imported-answers.ts';
import { insertJob, updateJob } from '../repositories/jobs.ts';
import { addLabel } from '../repositories/labels.ts';
import { upsertModel } from '../repositories/models.ts';
import { openBatch } from '../repositories/samples/open-batches.ts';
import { insertProbe, insertProbeAnswer } from '../repositories/probes.ts';
import { storeProjectDefaults } from '../repositories/project/project-defaults.ts';
import { insertPromptSet, promptsOf } from '../repositories/prompt-sets.ts';
import { addTagChanges, promptWordsHash } from '../repositories/prompts/prompt-tags.ts';
import { addMoves } from '../repositories/samples/bin-moves.ts';
import { addReviews, undoLastBatch } from '../repositories/samples/reviews.ts';
import { addMetrics } from '../repositories/run-metrics.ts';
import { addRunEvent, insertRun } from '../repositories/runs.ts';
import { lastSeq, listSamples } from '../repositories/samples/sample-list.ts';
import { addSamples, addVersion, getSample } from '../repositories/samples/samples.ts';
import { insertStudy } from '../repositories/studies.ts';
import { upsertSystem } from '../repositories/systems.ts';
import { storeUnfinished } from '../repositories/unfinished-dialogues.ts';
import { addOwnReveal } from '../repositories/own-reveals.ts';
import { insertVote } from '../repositories/votes.ts';
import { takeAtOnce } from '../steps.ts';
import { aProject, aSample } from './a-project.ts';
import { storedModelInfo } from './old-project.ts';

const sampling = samplingSchema.parse({});
const user = (content: string) => ({ role: 'user' as const, content });
const numbers = { promptTokens: 3, outputTokens: 5, durationMs: 12.5 };

const identity: Identity = identitySchema.parse({
  baseSha256: 'base',
  baseName: 'm',
  adapterSha256: null,
  adapterName: null,
  strength: 1,
  templateSha256: 'template',
  sampling,
  engine: 'test 1.0',
  device: 'cpu',
});

/** Puts rows into every table of a project that lasts (no batch is half made), by its queries. */
export function fillEveryTable(db: Database): void {
  addReviewedSamples(db);
  const modelId = upsertModel(db, { sha256: 'base', path: '/m.gguf', info: storedModelInfo });
  const checkpointId = addRun(db, modelId);
  addEvaluation(db, modelId, checkpointId);
  const answer = { output: 'Hello “you”\u0000', finish: 'cancelled', identity };
  run(db, `INSERT INTO packet (id, kind, annotator, created_ms) VALUES (1, 'samples', 'you', 1)`);
  storeProjectDefaults(db, { recipe: recipeSchema.parse({}), promptsHash: 'p', sampling });
  for (const pane of ['left', 'right'] as const)
    insertChatAnswer(db, { conversationId: 'c', pane, messages: [user('Hi')], ...answer });
  addLabel(db, { thing: 'run', id: 'r', field: 'note', value: 'a “note”', author: 'me' });
  sealSomeRows(db, 1000);
}

/** Adds what only a large work that was stopped half-way leaves: a batch and a dataset. */
export function leaveHalfMade(db: Database): void {
  const job = insertJob(db, { kind: 'review', title: 'R', subjectId: null, payload: {} });
  updateJob(db, { ...job, state: 'interrupted' });
  const runs = new SeqRunWriter();
  runs.add(1, 3);
  const half = { id: 'half-batch', jobId: job.id, author: 'me', total: runs.count };
  openBatch(db, { ...half, action: 'reset', runs: runs.text() });
  const { versionIds, contentHash } = takeAtOnce(listAccepted(db));
  const dataset = { id: 'half-dataset', name: 'half', author: 'me', versionIds, contentHash };
  storeDataset(db, dataset).next(1);
}

const nameRow = z.object({ name: z.string() });

/** The same rows in a project of an earlier schema, as far as that has their tables and columns. */
export function fillEveryOldTable(db: Database): void {
  using filled = aProject();
  fillEveryTable(filled.file.db);
  filled.file.close();
  run(db, 'ATTACH @path AS filled', { path: filled.path });
  db.pragma('foreign_keys = OFF');
  const tables = all(
    db,
    nameRow,
    `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
       AND name NOT IN ('sqlite_schema', 'schema_migration', 'project')`,
  );
  if (!hasKinds(db)) db.exec(withoutImportedAnswers);
  for (const { name } of tables) copyRows(db, name);
  db.exec(`DETACH filled; INSERT INTO sample_fts (rowid, text)
    SELECT seq, (SELECT group_concat(value ->> 'content', char(10, 10)) FROM json_each(messages_json))
    FROM sample JOIN sample_version v ON v.id = current_version_id`);
  db.pragma('foreign_keys = ON');
}

const hasKinds = (db: Database) =>
  get(db, countRow, `SELECT count(*) AS n FROM pragma_table_info('system') WHERE name = 'kind'`)?.n;

// In earlier schemas every system has a model.
const withoutImportedAnswers = `DELETE FROM filled.generation WHERE system_id IN
    (SELECT id FROM filled.system WHERE kind = 'answers');
  DELETE FROM filled.system WHERE kind = 'answers';`;

function copyRows(db: Database, table: string): void {
  const columns = db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table).join(', ');
  db.exec(`INSERT INTO main."${table}" (${columns}) SELECT ${columns} FROM filled."${table}"`);
}

function addReviewedSamples(db: Database): void {
  const flag = { rule: 'first-person', scope: 'raw', reason: 'says “I”' } as const;
  const other = { rule: 'answer-too-long', scope: 'both', reason: '5,000 characters' } as const;
  addSamples(
    db,
    [aSample(1), aSample(2, { flags: [flag] }), aSample(3, { flags: [flag, other] })],
    'me',
  );
  addReviews(db, 'reject', { filter: { flag: 'answer-too-long' } }, 'me');
  addReviews(db, 'accept', { filter: {} }, 'me');
  undoLastBatch(db, 'me');
  addReviews(db, 'accept', { filter: { status: 'pending' } }, 'you');
  moveToBin(db);
  editFirst(db);
  leaveWeightsUnhashed(db);
}

/** One more sample, which stays in the bin, and one that was emptied out of it. */
function moveToBin(db: Database): void {
  addSamples(db, [aSample(4)], 'me');
  addMoves(db, 'bin', [lastSeq(db)], 'me');
  run(db, `INSERT INTO emptied_sample (origin_hash) VALUES ('emptied')`);
}

/** As a version is that was stored before hashes covered weights. */
function leaveWeightsUnhashed(db: Database): void {
  const first = 'SELECT id FROM sample_version WHERE ordinal = 1 ORDER BY sample_seq LIMIT 1';
  db.exec(`
    UPDATE sample_version SET messages_json = json_set(messages_json, '$[1].weight', 0)
      WHERE id = (${first});
    INSERT INTO unhashed_weights (version_id, weights) VALUES ((${first}), '10');
  `);
}

function editFirst(db: Database): void {
  const [row] = listSamples(db, {}, { limit: 1 });
  const sample = row && getSample(db, row.id);
  if (!sample) return;
  const messages = [user('Question number 1?'), { role: 'assistant' as const, content: 'Edited.' }];
  addVersion(db, sample, { messages, author: 'you' });
}

function addRun(db: Database, modelId: string): string {
  const datasetId = freezeDataset(db, 'd', 'me')?.id ?? '';
  const job = insertJob(db, { kind: 'train', title: 'T', subjectId: 'r', payload: { runId: 'r' } });
  const progress = { phase: 'training', done: 1, total: 9, unit: 'steps', etaMs: 5 };
  const result = { adapters: ['a'], nothing: null };
  updateJob(db, {
    ...job,
    state: 'paused',
    progress: { ...progress, detail: '', subtask: null },
    error: { code: 'E', message: 'why', detail: '' },
    result,
    startedMs: 1,
  });
  insertRun(db, {
    id: 'r',
    name: 'r',
    jobId: job.id,
    modelId,
    datasetId,
    recipe: recipeSchema.parse({}),
  });
  const metric = { epoch: 0.5, loss: 1.25, learningRate: 1e-5, gradNorm: Infinity };
  addMetrics(db, 'r', [{ step: 1, ...metric, tokensPerSecond: 10.5, elapsedMs: 100 }]);
  addDevLosses(db, 'r', [{ step: 0, epoch: 0, loss: 2.5 }]);
  for (const kind of ['paused', 'resumed', 'damaged', 'warning'] as const)
    addRunEvent(db, 'r', { kind, step: 1, message: `was ${kind}` });
  insertProbe(db, 'r', { name: 'built in', sampling, prompts: [[user('A?')], [user('B?')]] });
  for (const [ordinal, finish] of (['stop', 'length'] as const).entries())
    insertProbeAnswer(db, 'r', { epoch: 1, ordinal, output: 'x', finish, ...numbers, identity });
  const adapter = { runId: 'r', epoch: 1, step: 1, file: 'r/1.gguf', sha256: 'adapter' };
  insertCheckpoint(db, { ...adapter, sizeBytes: 2 ** 40, meanLoss: 1.5 });
  return listCheckpoints(db, 'r')[0]?.id ?? '';
}

function addEvaluation(db: Database, modelId: string, checkpointId: string): void {
  const promptSetId = insertPromptSet(db, 'p', [
    { messages: [user('A?')] },
    { messages: [user('B?')], expected: 'b' },
  ]);
  const tag = { wordsHash: promptWordsHash([user('B?')]), tag: 'sensitive', isOn: true };
  const batch = addTagChanges(db, [tag], { author: 'me', authorKind: 'human' });
  addTagChanges(db, [{ ...tag, isOn: false }], { author: 'me', authorKind: 'human' }, batch);
  const hashes = { baseSha256: 'base', adapterSha256: null };
  const tuned = {
    modelId,
    checkpointId,
    strength: 0.5,
    chatTemplate: '{{ messages }}',
    fewShot: defaultFewShot,
  };
  const systems = {
    systemAId: upsertSystem(db, { modelId, checkpointId: null, strength: 1 }, sampling, hashes),
    systemBId: upsertSystem(db, tuned, sampling, hashes),
  };
  const promptIds = promptsOf(db, promptSetId, 9).map(({ id }) => id);
  const settings = { id: 'e', name: 'e', promptSetId, ...systems, seed: 42, parallel: 2 };
  insertEvaluation(db, { ...settings, author: 'me' }, promptIds, ['a', 'b']);
  const job = insertJob(db, { kind: 'generate', title: 'G', subjectId: 'e', payload: {} });
  const study = { id: 's', name: 's', design: 'focus', jobId: job.id, author: 'me' } as const;
  const shared = { overlapPercent: 50, calibrationItems: 1, seed: 42, parallel: 2 };
  insertStudy(db, { ...study, ...shared, focusSystemId: systems.systemAId });
  const part = { studyId: 's', comparisonIds: [] };
  const ofStudy = { ...settings, id: 'pair', name: 'pair', author: 'me' };
  insertEvaluation(db, ofStudy, [], [], part);
  setEvaluationJob(db, 'e', job.id);
  for (const promptId of promptIds)
    for (const [systemId, finish] of [
      [systems.systemAId, 'stop'],
      [systems.systemBId, 'length'],
    ] as const)
      insertGeneration(db, { systemId, promptId, output: 'x', finish, ...numbers, identity });
  addJudgings(db, systems.systemAId);
  const answersId = insertAnswersSystem(db, 'GPT-4');
  const origin = { importedFrom: 'f.json', fileSha256: 'f', generator: 'gpt4', importedMs: 1 };
  const [promptId = '', otherId = ''] = promptIds;
  const imported = { systemId: answersId, promptId, output: 'x', identity: origin };
  insertImportedAnswer(db, imported, undefined);
  const turn = { output: 'y', finish: 'stop' as const, ...numbers, identity };
  storeUnfinished(db, { systemId: answersId, promptId: otherId }, [turn]);
  for (const { id: comparisonId } of comparisonsOf(db, 'e')) {
    const vote = { comparisonId, author: 'me', authorKind: 'human' as const, durationMs: 900 };
    insertVote(db, { ...vote, shown: 'left', reason: 'why', tags: ['clear', 'short'] });
    insertVote(db, { ...vote, shown: 'withdrawn', durationMs: null });
    insertVote(db, { ...vote, shown: 'neither', author: 'rule', authorKind: 'rule' });
  }
  for (const kind of ['evaluation', 'study'] as const)
    addOwnReveal(db, { kind, id: kind === 'study' ? 's' : 'e' }, 'you');
  for (const { generationId, output: text } of gradedAnswers(db, ['e']).slice(0, 2)) {
    const graded = { generationId, turn: 0, text, note: 'a “note”', durationMs: 900 };
    const by = { author: 'me', authorKind: 'human' } as const;
    insertGrade(db, { ...graded, ...by, grade: 'pass', safety: 'unsafe' });
    insertGrade(db, { ...graded, ...by, grade: 'withdrawn', safety: null });
    insertGrade(db, { ...graded, author: 'j', authorKind: 'judge', grade: 'fail', safety: null });
  }
}

/** One judge on pairs, and on single answers of which one could not be asked. */
function addJudgings(db: Database, systemId: string): void {
  const said = { elsewhere: 0.25, promptTokens: 9, identity };
  for (const kind of ['pairwise', 'absolute'] as const) {
    const rubric = storeRubric(db, { name: kind, text: builtInRubrics[kind], author: 'me' });
    const begun = { rubricHash: rubric.hash, nonce: 'k7Qz0244', author: 'me' };
    const judging = ensureJudging(db, { evaluationId: 'e', systemId, ...begun });
    const probabilities = [0.5, 0.25, 0.25];
    const [comparison] = comparisonsOf(db, 'e');
    const [one = '', other = '', third = ''] = all(
      db,
      idRow,
      'SELECT id FROM generation ORDER BY id',
    ).map(({ id }) => id);
    if (kind === 'pairwise' && comparison)
      for (const order of ['given', 'swapped'] as const) {
        const item = { comparisonId: comparison.id };
        insertVerdict(db, { judgingId: judging.id, item, order, probabilities, ...said });
      }
    if (kind === 'pairwise') {
      const audit = ensureJudging(db, { isAudit: true, systemId, ...begun });
      const pair = { judgingId: audit.id, item: { auditKey: 'capital equal' } };
      insertVerdict(db, { ...pair, order: 'given', probabilities, ...said });
      continue;
    }
    const item = { generationId: one, turn: null };
    insertVerdict(db, { judgingId: judging.id, item, order: 'given', probabilities, ...said });
    const taken = { ...said, origin: { id: 'v0', nonce: 'k7Qz0244' } };
    const turn = { generationId: third, turn: 0 };
    insertVerdict(db, {
      judgingId: judging.id,
      item: turn,
      order: 'given',
      probabilities,
      ...taken,
    });
    const failed = { judgingId: judging.id, item: { generationId: other, turn: 1 } };
    insertFailedVerdict(db, { ...failed, failure: 'It is too long.' });
  }
}
