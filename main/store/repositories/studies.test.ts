import { expect, test } from 'vitest';
import { answerSeed } from '../../../shared/domain/evaluate/answer-seed.ts';
import { identitySchema, samplingSchema } from '../../../shared/domain/identity.ts';
import { storedModelInfo } from '../testing/old-project.ts';
import { aProject } from '../testing/a-project.ts';
import { insertEvaluation } from './evaluations.ts';
import { insertGeneration, missingGenerations } from './generations.ts';
import { insertAnswersSystem, insertImportedAnswer } from './imported-answers.ts';
import { upsertModel } from './models.ts';
import { insertPromptSet, promptsOf } from './prompt-sets.ts';
import { insertStudy, promptsOfStudy, recentPace } from './studies.ts';
import { upsertSystem } from './systems.ts';

const sampling = samplingSchema.parse({});
const baseSha256 = '1'.repeat(64);

/** A study of weights against imported answers, on three prompts of which two have the same words. */
function aStudy() {
  const project = aProject();
  const { db } = project.file;
  const messages = [
    { role: 'user' as const, content: 'Why?' },
    { role: 'assistant' as const, content: 'Because.' },
    { role: 'user' as const, content: 'Really?' },
  ];
  const weighted = messages.map((one) =>
    one.role === 'assistant' ? { ...one, weight: 0 as const } : one,
  );
  const other = [{ role: 'user' as const, content: 'How?' }];
  const promptSetId = insertPromptSet(db, 'p', [
    { messages },
    { messages: other },
    { messages: weighted },
  ]);
  const info = { ...storedModelInfo, name: 'm' };
  const modelId = upsertModel(db, { sha256: baseSha256, path: '/m.gguf', info });
  const spec = { modelId, checkpointId: null, strength: 1 };
  const systemAId = upsertSystem(db, spec, sampling, { baseSha256, adapterSha256: null });
  const systemBId = insertAnswersSystem(db, 'other');
  const numbers = { seed: 1, parallel: 1 };
  const study = { id: 's', name: 's', design: 'focus', jobId: null, author: 'me' } as const;
  const queue = { overlapPercent: 100, calibrationItems: 0, focusSystemId: systemAId };
  insertStudy(db, { ...study, ...numbers, ...queue });
  const prompts = promptsOf(db, promptSetId, 9);
  insertEvaluation(
    db,
    { id: 'e', name: 'e', promptSetId, systemAId, systemBId, ...numbers, author: 'me' },
    // The one between is left out: which repetition a prompt is goes by its set.
    [prompts[0]?.id ?? '', prompts[2]?.id ?? ''],
    ['a', 'b'],
    { studyId: 's', comparisonIds: [] },
  );
  return Object.assign(project, { db, systemAId, systemBId, prompts });
}

test('prompts with the same words are repetitions, whatever weights their turns have', () => {
  using project = aStudy();
  const { db, systemAId, prompts } = project;
  const wanted = [
    { promptId: prompts[0]?.id, repetition: 0 },
    { promptId: prompts[2]?.id, repetition: 1 },
  ];
  const asked = promptsOfStudy(db, 's').map(({ promptId, repetition }) => ({
    promptId,
    repetition,
  }));
  expect(asked).toEqual(wanted);
  expect(missingGenerations(db, 'e', systemAId)).toMatchObject(wanted);
  const [first, second] = missingGenerations(db, 'e', systemAId).map((each) =>
    answerSeed(sampling.seed, each, each.repetition),
  );
  expect(second).toBe((first ?? 0) + 1);
});

test('how long answers take leaves out those from files, which took no time here', () => {
  using project = aStudy();
  const { db, systemAId, systemBId, prompts } = project;
  const importedFrom = { importedFrom: 'f', fileSha256: 'f', generator: null, importedMs: 1 };
  for (const { id: promptId } of prompts)
    insertImportedAnswer(
      db,
      { systemId: systemBId, promptId, output: 'x', identity: importedFrom },
      undefined,
    );
  expect(recentPace(db)).toEqual({ answerMs: null, voteMs: null });
  const identity = identitySchema.parse({
    baseSha256,
    baseName: 'm',
    adapterSha256: null,
    adapterName: null,
    strength: 1,
    templateSha256: baseSha256,
    sampling,
    parallel: 4,
    engine: 'e',
    device: 'CPU',
  });
  insertGeneration(db, {
    systemId: systemAId,
    promptId: prompts[0]?.id ?? '',
    output: 'x',
    finish: 'stop',
    promptTokens: 1,
    outputTokens: 1,
    durationMs: 800,
    identity,
  });
  expect(recentPace(db)).toEqual({ answerMs: 200, voteMs: null });
});
