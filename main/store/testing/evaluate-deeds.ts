import { identitySchema, samplingSchema } from '../../../shared/domain/identity.ts';
import { run, type Database } from '../database.ts';
import { listCheckpoints } from '../repositories/checkpoints.ts';
import { comparisonsOf } from '../repositories/comparisons.ts';
import {
  findEvaluation,
  insertEvaluation,
  listEvaluations,
  setEvaluationJob,
} from '../repositories/evaluations.ts';
import { insertGeneration, missingGenerations } from '../repositories/generations.ts';
import { gradedAnswers, insertGrade, type NewGrade } from '../repositories/grades.ts';
import {
  answersToSet,
  findAnswers,
  insertAnswersSystem,
  insertImportedAnswer,
  insertMissingAnswer,
  listAnswers,
} from '../repositories/imported-answers.ts';
import { insertJob } from '../repositories/jobs.ts';
import { listModels } from '../repositories/models.ts';
import { listPromptSets, promptsOf } from '../repositories/prompt-sets.ts';
import { insertStudy } from '../repositories/studies.ts';
import { upsertSystem } from '../repositories/systems.ts';
import { insertVote, type StoredVote } from '../repositories/votes.ts';

const sampling = samplingSchema.parse({});
const pick = <Item>(items: readonly Item[], at: number): Item | undefined =>
  items[at % Math.max(1, items.length)];

/** Votes on one of all comparisons, which a number chooses; without any nothing happens. */
export function voteOnOne(
  db: Database,
  { at, shown }: { at: number; shown: StoredVote['shown'] },
  author: string,
): void {
  const items = listEvaluations(db).flatMap(({ id }) => comparisonsOf(db, id));
  const item = pick(items, at);
  const by = { author, authorKind: 'human', durationMs: 5 } as const;
  if (item) insertVote(db, { comparisonId: item.id, shown, ...by });
}

/** Grades one of all answers that evaluations compare, likewise. */
export function gradeOne(
  db: Database,
  { at, grade }: { at: number; grade: NewGrade['grade'] },
  author: string,
): void {
  const ids = listEvaluations(db).map(({ id }) => id);
  const answer = pick(gradedAnswers(db, ids), at);
  const by = { author, authorKind: 'human', durationMs: 5 } as const;
  if (!answer) return;
  const { generationId, output: text } = answer;
  insertGrade(db, { generationId, turn: 0, text, grade, safety: null, note: '', ...by });
}

/** What a model of these weights would report. */
export const identityOf = (baseSha256: string) =>
  identitySchema.parse({
    baseSha256,
    baseName: 'm',
    adapterSha256: null,
    adapterName: null,
    strength: 1,
    templateSha256: 'template',
    sampling,
    engine: 'test 1.0',
    device: 'cpu',
  });

/** Sets an evaluation up, of a study where the number is odd, and answers it. */
export function evaluate(
  db: Database,
  deed: { name: string; at: number; output: string; isImported?: boolean },
  author: string,
): void {
  const [set, model] = [pick(listPromptSets(db), deed.at), pick(listModels(db), deed.at)];
  const checkpoint = pick(listCheckpoints(db), deed.at);
  if (!set || !model || findEvaluation(db, 'name', deed.name)) return;
  const hashes = { baseSha256: model.sha256, adapterSha256: checkpoint?.sha256 ?? null };
  const systemOf = (checkpointId: string | null, strength: number) =>
    upsertSystem(db, { modelId: model.id, checkpointId, strength }, sampling, hashes);
  const imported = deed.isImported ? pick(listAnswers(db), deed.at) : undefined;
  const systems = {
    systemAId: systemOf(null, 1),
    systemBId: imported?.id ?? systemOf(checkpoint?.id ?? null, 0.5),
  };
  const promptIds = promptsOf(db, set.id, 9).map(({ id }) => id);
  const job = insertJob(db, { kind: 'generate', title: 'G', subjectId: null, payload: {} });
  run(db, `UPDATE job SET state = 'succeeded' WHERE id = @id`, { id: job.id });
  const id = `evaluation-${job.id}`;
  const settings = { id, name: deed.name, promptSetId: set.id, seed: 1, parallel: 1 };
  const part = deed.at % 2 === 1 ? addStudy(db, { ...deed, jobId: job.id, author }) : undefined;
  insertEvaluation(db, { ...settings, ...systems, author }, promptIds, ['a', 'b'], part);
  setEvaluationJob(db, id, job.id);
  for (const systemId of Object.values(systems))
    for (const { promptId } of missingGenerations(db, id, systemId))
      if (systemId === imported?.id)
        insertMissingAnswer(db, { systemId, promptId, reason: 'none' });
      else
        insertGeneration(db, {
          systemId,
          promptId,
          output: deed.output,
          finish: 'stop',
          promptTokens: 1,
          outputTokens: 1,
          durationMs: 1,
          identity: identityOf(model.sha256),
        });
}

/** The answer to the first prompt of a set, or to the second one where `at` is odd. */
export function importAnswers(
  db: Database,
  deed: { name: string; at: number; output: string },
): void {
  const set = pick(listPromptSets(db), deed.at);
  const prompt = set && promptsOf(db, set.id, 9)[deed.at % 2];
  if (!set || !prompt) return;
  const systemId = findAnswers(db, 'name', deed.name)?.id ?? insertAnswersSystem(db, deed.name);
  const there = answersToSet(db, systemId, set.id).get(prompt.id);
  if (there && there.finish !== 'failed') return;
  const identity = { importedFrom: 'f', fileSha256: 'f', generator: deed.output, importedMs: 1 };
  const answer = { systemId, promptId: prompt.id, output: deed.output, identity };
  insertImportedAnswer(db, answer, there?.id);
}

function addStudy(
  db: Database,
  { name, jobId, author }: { name: string; jobId: string; author: string },
): { studyId: string; comparisonIds: string[] } {
  const studyId = `study-${jobId}`;
  const numbers = { seed: 1, parallel: 1, overlapPercent: 50, calibrationItems: 1 };
  const design = { design: 'round-robin', focusSystemId: null } as const;
  insertStudy(db, { id: studyId, name, jobId, author, ...numbers, ...design });
  return { studyId, comparisonIds: [] };
}
