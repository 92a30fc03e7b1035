import { expect, test } from 'vitest';
import type { RunComparison } from '../domain/runs/run-comparison.ts';
import { csvCell, curvesCsv, resultsCsv } from './run-comparison.ts';

const point = { step: 1, epoch: 0.5, tokens: 20, elapsedMs: 30, loss: 2.5 };
const run: RunComparison['runs'][number] = {
  id: 'r',
  name: 'a, "b"',
  state: 'succeeded',
  modelName: 'm',
  datasetName: 'd',
  steps: 2,
  totalSteps: 2,
  lastLoss: 2,
  bestLoss: 1.5,
  lastDevLoss: null,
  bestDevLoss: null,
  bestDevEpoch: null,
  tokensPerSecond: 100,
  elapsedMs: 60,
  peakBytes: 1024,
  device: 'cpu',
  evaluations: [],
  blindEvaluations: 0,
  problems: [],
  curve: [point],
  stepsPerPoint: 1,
  devCurve: [{ ...point, step: 0, elapsedMs: 0 }],
};

test('a cell of CSV quotes what would end it, and is no formula of a spreadsheet', () => {
  expect(csvCell('plain')).toBe('plain');
  expect(csvCell('a,b')).toBe('"a,b"');
  expect(csvCell('say "x"')).toBe('"say ""x"""');
  expect(csvCell('=1+1')).toBe("'=1+1");
  expect(csvCell('@a\nb')).toBe(`"'@a\nb"`);
  expect([csvCell(-1.5), csvCell(null)]).toEqual(['-1.5', '']);
});

test('the CSV of results has a line per run that ends with the settings that differ', () => {
  const settings = [{ key: 'rank', values: ['4', null] }];
  const lines = resultsCsv({
    runs: [run, { ...run, name: 'c' }],
    settings,
    dialogueStep: null,
  }).split('\r\n');
  expect(lines[0]).toMatch(/^name,state,.*,expected,rank$/);
  expect(lines[1]).toBe('"a, ""b""",succeeded,2,2,2,1.5,,,,100,60,1024,cpu,0,0,0,0,0,4');
  expect(lines[2]).toMatch(/^c,.*,0,$/);
  expect(lines).toHaveLength(4);
});

test('the CSV of curves has a line per point, the dev losses after the losses of a run', () => {
  expect(
    curvesCsv({ runs: [run], settings: [], dialogueStep: null })
      .split('\r\n')
      .slice(1),
  ).toEqual(['"a, ""b""",training loss,1,0.5,20,30,2.5', '"a, ""b""",dev loss,0,0.5,20,0,2.5', '']);
});
