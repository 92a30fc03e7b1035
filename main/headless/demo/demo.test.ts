import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { importReportSchema } from '../../../shared/contract/curate.ts';
import { evaluationReportSchema } from '../../../shared/domain/report/evaluation-report.ts';
import { CliFolder } from '../testing/child-cli.ts';
import { demoFiles } from './make-plan.ts';
import { heldOutAccuracy, readQuestions } from './held-out.ts';

const share = z.number().min(0).max(1);
const outcome = z.object({
  heldOut: z.object({ before: share, after: share, questions: z.number().int() }),
  imports: z.array(importReportSchema),
  report: evaluationReportSchema,
  reportFiles: z.array(z.string()),
});

let folder: CliFolder;
beforeAll(() => {
  folder = new CliFolder();
});
afterAll(() => folder[Symbol.dispose]());

test('the demo teaches Atlas to answer, counts what its report holds, and writes every report', async () => {
  const { stdout } = await folder.run('demo', 'shown', '--short', '--json');
  const lastLine = stdout.trimEnd().split('\n').at(-1) ?? '';
  const { heldOut, imports, report, reportFiles } = outcome.parse(JSON.parse(lastLine));
  expect(heldOut).toMatchObject({ questions: 64 });
  expect(heldOut.before).toBeLessThanOrEqual(0.1);
  expect(heldOut.after).toBeGreaterThanOrEqual(0.7);
  expect(heldOutAccuracy(report, await readQuestions(demoFiles.heldOut))).toEqual(heldOut);
  expect(imports.map(({ added }) => added > 0)).toEqual([true, true]);
  expect(report.statistics?.wins).toBeGreaterThan(30);
  expect(reportFiles.map((file) => existsSync(file))).toEqual([true, true, true]);
}, 180_000);
