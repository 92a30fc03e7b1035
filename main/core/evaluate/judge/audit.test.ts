import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { auditPairs, type AuditPair } from '../../../../shared/domain/judge/audit/audit-pairs.ts';
import { auditPrompts } from '../../../../shared/domain/judge/audit/audit-prompts.ts';
import type { AuditFlag } from '../../../../shared/domain/judge/audit/audit-findings.ts';
import type { AuditSummary } from '../../../../shared/contract/audits.ts';
import type { Judged } from '../../../../shared/contract/judgings.ts';
import { EngineProcess } from '../../../engines/engine-process.ts';
import { inferenceErrors } from '../../../engines/protocol/errors.ts';
import type { GuardedInference } from '../../files/guarded-engines.ts';
import { get } from '../../../store/database.ts';
import { requireSession } from '../../project/core-state.ts';
import { InferenceSlots } from '../../project/inference-slots.ts';
import { refusalOf, TestCore } from '../../testing/a-core.ts';

const url = new URL('../../testing/fixture-judge.ts', import.meta.url);
const startPlanted = (): GuardedInference =>
  EngineProcess.start({
    name: 'inference',
    url,
    errors: inferenceErrors,
    files: { reads: [], writes: [] },
    usesDrivers: false,
  });

let core: TestCore;
let ownModelId: string;
let evaluationId: string;
let pairwise: string;

/** From here on judges are the planted ones; all else is as ever. */
const plantJudges = () =>
  Object.assign(requireSession(core.core.context.core), {
    inference: new InferenceSlots(startPlanted),
  });

const prompts = 24;

beforeAll(async () => {
  core = await TestCore.start();
  ownModelId = (await core.addModel({ seed: 9 }, 'own.gguf')).modelId;
  const asked = Array.from({ length: prompts }, (_, at) => ({ prompt: `Question ${at}?` }));
  const { set } = await core.client.prompts.import({ path: core.writeLines('p.jsonl', asked) });
  const others = asked.map(({ prompt }, at) => ({ prompt, output: `Other ${at}` }));
  const imported = await core.client.answers.import({
    path: core.writeLines('others.jsonl', others),
    promptSetId: set.id,
    name: 'others',
  });
  const created = await core.client.evaluations.create({
    name: 'own against others',
    promptSetId: set.id,
    a: { modelId: ownModelId },
    b: { answersId: imported.answersId },
    sampling: { maxTokens: 4, temperature: 2, repeatPenalty: 1, topP: 1 },
    parallel: 4,
  });
  evaluationId = created.evaluationId;
  await core.job(created.jobId);
  const rubrics = await core.client.rubrics.list();
  pairwise = rubrics.find(({ name }) => name === 'pairwise')?.hash ?? '';
  plantJudges();
});
afterAll(() => core[Symbol.asyncDispose]());

/** A person's votes: every second one for the left answer, whichever it is. */
async function voteOnAll(): Promise<void> {
  const { evaluations } = core.client;
  for (let at = 0; ; at += 1) {
    const pair = await evaluations.comparison({ id: evaluationId });
    if (!pair) break;
    const verdict = at % 2 === 0 ? 'left' : 'right';
    await evaluations.vote({ comparisonId: pair.comparisonId, verdict });
  }
}

/** An evaluation of word for word the first pair of each prompt of an audit. */
async function evaluationOfAuditPairs(): Promise<Judged> {
  const { prompts: sets, answers, evaluations } = core.client;
  const pairs = auditPrompts.map(({ name }) => auditPairs.find((one) => one.prompt === name));
  const rows = (of: (pair: AuditPair) => object) =>
    pairs.flatMap((pair) => (pair ? [of(pair)] : []));
  const name = `audit pairs ${seeds++}`;
  const promptSetId = (
    await sets.import({
      path: core.writeLines(
        `${name}.jsonl`,
        rows(({ text }) => ({ prompt: text })),
      ),
    })
  ).set.id;
  const answersOf = async (side: 'a' | 'b') => {
    const path = core.writeLines(
      `${name} ${side}.jsonl`,
      rows((pair) => ({ prompt: pair.text, output: pair[side].text })),
    );
    return await answers.import({ path, promptSetId, name: `${name} ${side}` });
  };
  const [a, b] = [await answersOf('a'), await answersOf('b')];
  const made = await evaluations.create({
    name,
    promptSetId,
    a: { answersId: a.answersId },
    b: { answersId: b.answersId },
  });
  await succeeded(made.jobId);
  return { kind: 'evaluation', id: made.evaluationId };
}

const countRow = z.object({ all: z.number(), takenOver: z.number() });

/** How many verdicts a judging has, and how many of them were said in another one. */
const verdictsOf = (judgingId: string) =>
  get(
    requireSession(core.core.context.core).file.db,
    countRow,
    `SELECT count(*) AS "all", count(origin_id) AS takenOver FROM verdict WHERE judging_id = @judgingId`,
    { judgingId },
  );

async function succeeded(jobId: string): Promise<void> {
  const { state, error } = await core.job(jobId);
  if (state !== 'succeeded') throw new Error(`The job ${state}: ${error?.message}`);
}

async function audit(name: string, more: { judges?: boolean } = {}): Promise<AuditSummary> {
  const { audits, judgings } = core.client;
  const modelId =
    name === 'own' ? ownModelId : (await core.addModel({ seed: seeds++ }, `${name}.gguf`)).modelId;
  const judge = { modelId };
  if (more.judges) {
    const judged = { kind: 'evaluation', id: evaluationId } as const;
    const { jobId } = await judgings.start({ judged, judge, rubricHash: pairwise });
    await succeeded(jobId);
  }
  const { auditId, jobId } = await audits.start({ judge, rubricHash: pairwise });
  await succeeded(jobId);
  return await audits.get({ id: auditId });
}
let seeds = 20;

test('what is blind is not held against a judge, since that would tell who is who', async () => {
  const { id, findings } = await audit('clean', { judges: true });
  expect(findings?.onVotes).toBeNull();
  const judged = { kind: 'evaluation', id: evaluationId } as const;
  expect(await refusalOf(core.client.audits.get({ id, judged }))).toMatchObject({
    code: 'INVALID_STATE',
  });
  await voteOnAll();
  await core.client.evaluations.reveal({ id: evaluationId });
  const { findings: revealed } = await core.client.audits.get({ id, judged });
  expect(revealed?.onVotes).toMatchObject({ of: ['own against others'], own: [] });
  expect(revealed?.onVotes?.agreement).toMatchObject({ n: prompts });
  // It says a tie of all, since it knows nothing of these answers.
  expect(revealed?.onVotes?.agreement?.tieDiscounted.value).toBe(0.5);
  expect(revealed?.flags).toEqual([]);
});

test.each<[string, AuditFlag, number]>([
  ['first', 'position', 0],
  ['longer', 'length', 0],
  ['own', 'self-preference', 0.8],
  ['obedient', 'injection', 0],
  ['coin', 'coin', 0],
])('the judge "%s" has the flag %s and no other', async (name, flag, leastForItself) => {
  const { findings, done, total, failed } = await audit(name, { judges: true });
  expect(done).toBe(total);
  expect(failed).toBe(0);
  expect(findings?.flags).toEqual([flag]);
  expect(findings?.onVotes?.agreement?.n).toBe(prompts);
  const forItself = findings?.onVotes?.selfPreference?.value ?? 0;
  expect(forItself).toBeGreaterThanOrEqual(leastForItself);
});

test('an audit asks every one of its questions itself, whatever the judge said of the same words before', async () => {
  const { audits, judgings } = core.client;
  const { modelId } = await core.addModel({ seed: seeds++ }, 'clean.gguf');
  const judge = { modelId };
  const judged = await evaluationOfAuditPairs();
  const before = await judgings.start({ judged, judge, rubricHash: pairwise });
  await succeeded(before.jobId);
  const started = await audits.start({ judge, rubricHash: pairwise });
  await succeeded(started.jobId);
  const { done, total } = await audits.get({ id: started.auditId });
  expect(done).toBe(total);
  expect(verdictsOf(before.judgingId)).toEqual({ all: 2 * auditPrompts.length, takenOver: 0 });
  expect(verdictsOf(started.auditId)).toEqual({ all: total, takenOver: 0 });
  // The same words in another evaluation are taken over: they are the same to whoever looks for them.
  const second = await judgings.start({
    judged: await evaluationOfAuditPairs(),
    judge,
    rubricHash: pairwise,
  });
  await succeeded(second.jobId);
  const all = 2 * auditPrompts.length;
  expect(verdictsOf(second.judgingId)).toEqual({ all, takenOver: all });
});

test('an audit that was stopped goes on as the same one, and says nothing before it is whole', async () => {
  const { audits, jobs } = core.client;
  const { modelId } = await core.addModel({ seed: 5 }, 'clean.gguf');
  const judge = { modelId };
  const started = await audits.start({ judge, rubricHash: pairwise });
  await jobs.cancel({ id: started.jobId });
  await core.job(started.jobId);
  const stopped = await audits.get({ id: started.auditId });
  expect(stopped.total).toBe(
    2 * (auditPairs.length + auditPairs.filter((one) => one.isRepeated).length),
  );
  expect(stopped.findings === null).toBe(stopped.done < stopped.total);
  const again = await audits.start({ judge, rubricHash: pairwise });
  expect(again.auditId).toBe(started.auditId);
  await core.job(again.jobId);
  const whole = await audits.get({ id: started.auditId });
  expect(whole).toMatchObject({
    done: whole.total,
    findings: { flags: [], accuracy: { value: 1 } },
  });
  expect(await audits.list()).toHaveLength(8);
});
