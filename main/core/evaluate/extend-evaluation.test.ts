import { expect, test } from 'vitest';
import { evaluationReportSchema } from '../../../shared/domain/report/evaluation-report.ts';
import { TestCore } from '../testing/a-core.ts';
import { startEvaluation } from '../testing/an-evaluation.ts';

test('a revealed evaluation is extended by prompts it did not ask, blind again, its votes kept', async () => {
  await using core = await TestCore.start();
  const { evaluations } = core.client;
  const first = await startEvaluation(core, { prompts: 5, maxTokens: 8, compared: 2 });
  await core.job(first.jobId);
  const id = first.evaluationId;
  await expect(evaluations.extend({ id, prompts: 2 })).rejects.toThrow('still blind');
  const voteAll = async (of: string) => {
    for (let pair = await evaluations.comparison({ id: of }); pair;) {
      await evaluations.vote({ comparisonId: pair.comparisonId, verdict: 'neither' });
      pair = await evaluations.comparison({ id: of });
    }
  };
  await voteAll(id);
  await evaluations.reveal({ id });
  const before = (await evaluations.report({ id, format: 'json' })).text;

  const further = await evaluations.extend({ id, prompts: 100 });
  expect(further.prompts).toBe(3);
  await core.job(further.jobId);
  expect(await evaluations.get({ id: further.evaluationId })).toMatchObject({
    name: 'e, extended',
    comparisons: 3,
    isRevealed: false,
    systemA: null,
  });
  await voteAll(further.evaluationId);
  await evaluations.reveal({ id: further.evaluationId });
  const { text } = await evaluations.report({ id: further.evaluationId, format: 'json' });
  const report = evaluationReportSchema.parse(JSON.parse(text));
  expect(report.statistics?.n).toBe(3);
  expect(report.pooled).toMatchObject({
    earlier: [{ name: 'e', statistics: { n: 2 } }],
    statistics: { n: 5 },
  });
  expect(report.warnings.join(' ')).toContain('optional stopping');
  expect((await evaluations.report({ id, format: 'json' })).text).toBe(before);
  await expect(evaluations.extend({ id, prompts: 1 })).rejects.toThrow('on every prompt');
});
