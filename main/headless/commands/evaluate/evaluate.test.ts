import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { evaluationSummarySchema } from '../../../../shared/contract/evaluate.ts';
import { sendError, StandInEndpoint } from '../../../core/testing/stand-in-endpoint.ts';
import { CliFolder } from '../../testing/child-cli.ts';

test('an evaluation that an endpoint let down goes on by --resume, and nothing is asked twice', async () => {
  await using server = await StandInEndpoint.start();
  using folder = new CliFolder('here');
  const { baseUrl } = server;
  writeFileSync(join(folder.path, 'prompts.txt'), 'One?\nTwo?\nThree?\n');
  await folder.run('new', 'p.lima');
  await folder.run('network', 'p.lima', '--add', baseUrl);
  server.acts.set('Two?', (response) => sendError(response, 401, { message: 'no key' }));
  const systems = ['--a', `${baseUrl}#small`, '--b', `${baseUrl}#large`];
  const asked = ['--prompts', 'prompts.txt', '--name', 'e', '--parallel', '1', '--network'];
  const failed = await folder.run('evaluate', 'p.lima', ...systems, ...asked);
  expect(failed.code).not.toBe(0);
  expect(failed.stderr).toContain('401');
  const early = server.asked.filter((prompt) => prompt !== 'Two?');
  expect(early.length).toBeGreaterThan(0);

  server.acts.clear();
  const resume = ['evaluate', 'p.lima', '--resume', 'e'];
  expect((await folder.run(...resume, '--seed', '7')).stderr).toContain('--seed cannot be changed');
  expect((await folder.run(...resume, '--extend', 'e')).stderr).toContain('name one of them');
  const whole = await folder.document(evaluationSummarySchema, ...resume, '--network');
  expect(whole).toMatchObject({ generatedA: 3, generatedB: 3, failed: 0 });
  const answered = server.asked.filter((prompt) => prompt !== 'Two?');
  expect(answered.toSorted()).toEqual(['One?', 'One?', 'Three?', 'Three?']);

  const asks = server.heard.length;
  await folder.document(evaluationSummarySchema, ...resume, '--network');
  expect(server.heard).toHaveLength(asks);
});
