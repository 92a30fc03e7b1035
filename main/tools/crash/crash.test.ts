import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stateAfter, type PowerLoss } from './disk-state.ts';
import { canRecord, makePlace, record } from './record.ts';
import { replay, type ReplayReport } from './replay.ts';
import { careless, scenarios } from './scenarios.ts';
import type { Operation } from './trace.ts';

const statesOfEach = 9;

type Replay = (states: number) => ReplayReport;

function withRecording<Result>(name: string, look: (replayed: Replay) => Result): Result {
  const within = makePlace();
  try {
    const recording = record(name, within);
    return look((states) => replay(recording, { states, seed: 7, within }));
  } finally {
    rmSync(within, { recursive: true, force: true });
  }
}

if (!canRecord) console.warn('Processes cannot be recorded here: losses of power are untested');

// `npm run bench:crash` opens thousands of these states.
describe.runIf(canRecord)('after a loss of power', () => {
  test.each(Object.keys(scenarios))('all that was acknowledged is there: %s', (name) => {
    const { states, distinct, bad } = withRecording(name, (replayed) => replayed(statesOfEach));
    expect(bad).toEqual([]);
    expect(states).toBe(statesOfEach);
    expect(distinct).toBeGreaterThan(statesOfEach / 2);
  });

  test.each(Object.keys(careless))('what is not there is found: %s', (name) => {
    // Mostly a few states show it.
    const isFound = withRecording(name, (replayed) =>
      [9, 30, 90].some((states) => replayed(states).bad.length > 0),
    );
    expect(isFound).toBe(true);
  });
});

const all: PowerLoss = { pick: (items) => items, sectorBytes: null };
const none: PowerLoss = { pick: () => [], sectorBytes: null };
const file = (text: string) => ({ path: '/f/a', inode: '2', content: Buffer.from(text) });
const folder = { path: '/f', inode: '1', content: null };

/** What is in the files of the folder after all of the operations and a loss of power. */
const left = (operations: Operation[], loss: PowerLoss) =>
  Object.fromEntries(
    [...stateAfter([folder, file('old!')], operations, operations.length, loss)].map(
      ([path, content]) => [path, content?.toString() ?? null],
    ),
  );

const write = (text: string, offset = 0): Operation => ({
  kind: 'write',
  inode: '2',
  offset,
  data: Buffer.from(text),
});

describe('a disk that loses power', () => {
  test('keeps a write that was synced, and may drop or keep one that was not', () => {
    const operations: Operation[] = [write('new'), { kind: 'sync', inode: '2' }, write('?', 3)];
    expect(left(operations, none)).toEqual({ '/f': null, '/f/a': 'new!' });
    expect(left(operations, all)).toEqual({ '/f': null, '/f/a': 'new?' });
  });

  test('keeps a name only once its folder was synced', () => {
    const rename: Operation = { kind: 'rename', from: '/f/a', to: '/f/b' };
    expect(left([rename], none)).toEqual({ '/f': null, '/f/a': 'old!' });
    expect(left([rename, { kind: 'sync', inode: '1' }], none)).toEqual({
      '/f': null,
      '/f/b': 'old!',
    });
  });

  test('tears a write at the sectors of the disk', () => {
    const odd: PowerLoss = {
      pick: (items) => items.filter((_, index) => index % 2 === 1),
      sectorBytes: 2,
    };
    expect(left([write('123', 1)], odd)).toEqual({ '/f': null, '/f/a': 'ol23' });
  });

  test('fills what was never written with zeros, and cuts off what was truncated', () => {
    expect(left([write('z', 6)], all)).toEqual({ '/f': null, '/f/a': 'old!\0\0z' });
    expect(left([{ kind: 'truncate', inode: '2', size: 1 }], all)['/f/a']).toBe('o');
  });

  test('loses what lies in a folder whose name it lost', () => {
    const operations: Operation[] = [
      { kind: 'make-folder', inode: '3', path: '/f/d' },
      { kind: 'create', inode: '4', path: '/f/d/x' },
      { kind: 'sync', inode: '4' },
      { kind: 'sync', inode: '3' },
    ];
    expect(left(operations, none)).toEqual({ '/f': null, '/f/a': 'old!' });
    expect(left(operations, all)).toMatchObject({ '/f/d': null, '/f/d/x': '' });
  });
});
