import { recipeSchema } from '../../../shared/domain/recipe/recipe.ts';
import type { Grade } from '../../../shared/domain/evaluate/grade.ts';
import type { BinMove, ReviewAction, SampleStatus } from '../../../shared/domain/sample.ts';
import { run, type Database } from '../database.ts';
import { insertChatAnswer } from '../repositories/chat-answers.ts';
import { insertCheckpoint, listCheckpoints } from '../repositories/checkpoints.ts';
import { listDatasets, findDataset } from '../repositories/datasets.ts';
import { freezeDataset } from '../repositories/freeze-dataset.ts';
import { listEvaluations, setRevealed } from '../repositories/evaluations.ts';
import { listAnswers } from '../repositories/imported-answers.ts';
import { insertJob } from '../repositories/jobs.ts';
import { listModels, upsertModel } from '../repositories/models.ts';
import { findPromptSet, insertPromptSet, listPromptSets } from '../repositories/prompt-sets.ts';
import { addReviews, undoLastBatch } from '../repositories/samples/reviews.ts';
import { addMetrics } from '../repositories/run-metrics.ts';
import { addRunEvent, findRun, insertRun, listRuns } from '../repositories/runs.ts';
import { addSamples, addVersion, getSample } from '../repositories/samples/samples.ts';
import { listSamples, sampleSeqs } from '../repositories/samples/sample-list.ts';
import { addMoves } from '../repositories/samples/bin-moves.ts';
import { listStudies, setStudyRevealed } from '../repositories/studies.ts';
import type { LabelledThing, Thing } from '../../../shared/domain/label.ts';
import { markDeleted, purgeDeleted } from '../labels/purge-deleted.ts';
import { emptyPiece, keptInBin } from '../labels/empty-bin.ts';
import { takeAtOnce } from '../steps.ts';
import { idOfName, renameThing } from '../labels/rename-thing.ts';
import { addLabel } from '../repositories/labels.ts';
import { aSample } from './a-project.ts';
import { judge, type JudgeDeed } from './judge-deed.ts';
import { evaluate, gradeOne, identityOf, importAnswers, voteOnOne } from './evaluate-deeds.ts';
import { storedModelInfo } from './old-project.ts';

/** Something that a person does to a project; numbers choose among what is there. */
export type Deed =
  | { do: 'import'; first: number; count: number }
  | { do: 'review'; action: ReviewAction; at: number; status?: SampleStatus }
  | { do: 'bin'; move: BinMove; at: number }
  /** Only samples up to a place in the list, so that copies agree on who they are. */
  | { do: 'empty'; through: number }
  | { do: 'undo' }
  | { do: 'edit'; at: number; text: string }
  | { do: 'freeze'; name: string }
  | { do: 'prompts'; name: string; text: string }
  | { do: 'model'; sha256: string }
  | { do: 'train'; name: string; at: number }
  | { do: 'go on'; at: number; loss: number }
  | { do: 'evaluate'; name: string; at: number; output: string; isImported?: boolean }
  | { do: 'answers'; name: string; at: number; output: string }
  | { do: 'vote'; at: number; shown: 'left' | 'right' | 'neither' | 'withdrawn' }
  | { do: 'grade'; at: number; grade: Grade | 'withdrawn' }
  | { do: 'reveal'; at: number }
  | JudgeDeed
  | {
      do: 'rename';
      what: 'run' | 'dataset' | 'prompt-set' | 'evaluation' | 'study' | 'answers';
      name: string;
      at: number;
    }
  | { do: 'tag'; text: string; at: number }
  | { do: 'delete'; what: LabelledThing; at: number }
  | { do: 'chat'; text: string };

const user = (content: string) => ({ role: 'user' as const, content });
const pick = <Item>(items: readonly Item[], at: number): Item | undefined =>
  items[at % Math.max(1, items.length)];

/** Does it in the name of an author; what cannot be done (a taken name, nothing there) is left out. */
export function perform(db: Database, deed: Deed, author: string): void {
  switch (deed.do) {
    case 'import':
      addSamples(
        db,
        Array.from({ length: deed.count }, (_, index) => aSample(deed.first + index)),
        author,
      );
      return;
    case 'review':
      review(db, deed, author);
      return;
    case 'bin':
      moveOne(db, deed, author);
      return;
    case 'empty':
      empty(db, deed.through);
      return;
    case 'undo':
      undoLastBatch(db, author);
      return;
    case 'edit':
      edit(db, deed, author);
      return;
    case 'freeze':
      if (!findDataset(db, 'name', deed.name)) freezeDataset(db, deed.name, author);
      return;
    case 'prompts':
      if (!findPromptSet(db, 'name', deed.name))
        insertPromptSet(db, deed.name, [
          { messages: [user(deed.text)] },
          { messages: [user('B?')] },
        ]);
      return;
    case 'model':
      upsertModel(db, { sha256: deed.sha256, path: `/${author}/m.gguf`, info: storedModelInfo });
      return;
    case 'train':
      train(db, deed);
      return;
    case 'go on':
      goOn(db, deed);
      return;
    case 'evaluate':
      evaluate(db, deed, author);
      return;
    case 'answers':
      importAnswers(db, deed);
      return;
    case 'vote':
      voteOnOne(db, deed, author);
      return;
    case 'grade':
      gradeOne(db, deed, author);
      return;
    case 'judge':
      judge(db, deed, author);
      return;
    case 'reveal': {
      const evaluation = pick(listEvaluations(db), deed.at);
      if (evaluation?.studyId) setStudyRevealed(db, evaluation.studyId);
      else if (evaluation) setRevealed(db, evaluation.id);
      return;
    }
    case 'rename': {
      const thing = pick(thingsOf(db, deed.what), deed.at);
      if (thing && idOfName(db, deed.what, deed.name) === undefined)
        renameThing(db, thing, deed.name, author);
      return;
    }
    case 'tag': {
      const thing = pick(thingsOf(db, 'dataset'), deed.at);
      if (thing) addLabel(db, { ...thing, field: 'tags', value: `["${deed.text}"]`, author });
      return;
    }
    case 'delete': {
      const thing = pick(thingsOf(db, deed.what), deed.at);
      if (thing) markDeleted(db, thing, author);
      purgeDeleted(db);
      return;
    }
    case 'chat':
      insertChatAnswer(db, {
        conversationId: 'c',
        pane: 'left',
        messages: [user(deed.text)],
        output: 'x',
        finish: 'stop',
        identity: identityOf('base'),
      });
  }
}

function thingsOf(db: Database, thing: LabelledThing): Thing[] {
  const ids: Record<LabelledThing, () => string[]> = {
    run: () => listRuns(db).map(({ id }) => id),
    checkpoint: () => listCheckpoints(db).flatMap(({ id, isDeleted }) => (isDeleted ? [] : [id])),
    dataset: () => listDatasets(db).map(({ id }) => id),
    'prompt-set': () => listPromptSets(db).map(({ id }) => id),
    evaluation: () => listEvaluations(db).map(({ id }) => id),
    study: () => listStudies(db).map(({ id }) => id),
    model: () => listModels(db).map(({ id }) => id),
    sample: () => [],
    conversation: () => ['c'],
    answers: () => listAnswers(db).map(({ id }) => id),
  };
  return ids[thing]().map((id) => ({ thing, id }));
}

function review(db: Database, deed: Extract<Deed, { do: 'review' }>, author: string): void {
  const sample = pick(listSamples(db, {}, { limit: 1000 }), deed.at);
  if (deed.status) addReviews(db, deed.action, { filter: { status: deed.status } }, author);
  else if (sample) addReviews(db, deed.action, { ids: [sample.id] }, author);
}

function moveOne(db: Database, { move, at }: Extract<Deed, { do: 'bin' }>, author: string): void {
  const seq = pick(sampleSeqs(db, { inBin: move === 'restore' }), at);
  if (seq !== undefined) addMoves(db, move, [seq], author);
}

function empty(db: Database, through: number): void {
  const { seqs: kept } = takeAtOnce(keptInBin(db));
  for (const seq of sampleSeqs(db, { inBin: true })) if (seq > through) kept.add(seq);
  emptyPiece(db, kept, 0, 1000);
}

function edit(db: Database, deed: Extract<Deed, { do: 'edit' }>, author: string): void {
  const row = pick(listSamples(db, {}, { limit: 1000 }), deed.at);
  const sample = row && getSample(db, row.id);
  if (!sample) return;
  const messages = [
    ...sample.messages.slice(0, 1),
    { role: 'assistant' as const, content: deed.text },
  ];
  addVersion(db, sample, { messages, author });
}

function train(db: Database, deed: Extract<Deed, { do: 'train' }>): void {
  const [dataset, model] = [pick(listDatasets(db), deed.at), pick(listModels(db), deed.at)];
  if (!dataset || !model || findRun(db, 'name', deed.name)) return;
  const job = insertJob(db, { kind: 'train', title: deed.name, subjectId: null, payload: {} });
  run(db, `UPDATE job SET state = 'interrupted' WHERE id = @id`, { id: job.id });
  insertRun(db, {
    id: `run-${job.id}`,
    name: deed.name,
    jobId: job.id,
    modelId: model.id,
    datasetId: dataset.id,
    recipe: recipeSchema.parse({}),
  });
}

function goOn(db: Database, deed: Extract<Deed, { do: 'go on' }>): void {
  const chosen = pick(listRuns(db), deed.at);
  if (!chosen) return;
  const step = (chosen.lastMetric?.step ?? 0) + 1;
  const metric = { epoch: step, loss: deed.loss, learningRate: 1e-5, gradNorm: 1 };
  addMetrics(db, chosen.id, [{ step, ...metric, tokensPerSecond: 10, elapsedMs: 100 }]);
  addRunEvent(db, chosen.id, { kind: 'resumed', step, message: 'was resumed' });
  const epoch = listCheckpoints(db, chosen.id).length + 1;
  insertCheckpoint(db, {
    runId: chosen.id,
    epoch,
    step,
    file: `runs/${chosen.id}/epoch-${String(epoch).padStart(3, '0')}/adapter.gguf`,
    sha256: `adapter-${Math.round(100 * deed.loss)}`,
    sizeBytes: 5,
    meanLoss: deed.loss,
  });
}
