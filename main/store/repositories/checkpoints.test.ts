import { expect, test } from 'vitest';
import { aProject } from '../testing/a-project.ts';
import { fillEveryTable } from '../testing/fill-every-table.ts';
import { listCheckpoints } from './checkpoints.ts';
import { addDevLosses, devLossesOf } from './dev-losses.ts';
import { answersByEpoch, insertProbeAnswer, probeAnswers } from './probes.ts';
import { addMetrics } from './run-metrics.ts';

// The run of the tables has a checkpoint and answers at step 1, in its first epoch.
test.each([
  ['where an epoch ends', 1, 1],
  ['within one', 0.5, 0.5],
  ['with two digits at most', 1 / 3, 0.33],
  ['just before the end of one, which it is not called', 0.9999, 0.99],
  ['just after its start', 0.0001, 0.01],
  ['in another one than the step says, which is not believed', 7, 1],
])('the epoch of what was saved is how far its step was: %s', (_, epoch, read) => {
  using project = aProject();
  const { db } = project.file;
  fillEveryTable(db);
  const metric = { loss: 1, learningRate: 1, gradNorm: 1, tokensPerSecond: 1, elapsedMs: 1 };
  addMetrics(db, 'r', [{ step: 1, epoch, ...metric }]);
  addDevLosses(db, 'r', [{ step: 1, epoch: read, loss: 2 }]);
  expect(listCheckpoints(db, 'r').map((one) => one.epoch)).toEqual([read]);
  expect(devLossesOf(db, 'r').map((one) => one.epoch)).toEqual([0, read]);
  expect(answersByEpoch(db, 'r').map((one) => one.epoch)).toEqual([read]);
  const [answer] = probeAnswers(db, 'r', [read]);
  if (!answer) throw new Error('No answer of the epoch is found by it');
  expect(answer.epoch).toBe(read);
  insertProbeAnswer(db, 'r', { ...answer, output: 'given again' });
  expect(probeAnswers(db, 'r', [read])[0]?.output).toBe('given again');
});
