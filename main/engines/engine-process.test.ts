import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { EngineProcess, EngineRequestError } from './engine-process.ts';
import { trainerErrors } from './protocol/errors.ts';
import type { FixtureRequests } from './testing/fixture-requests.ts';

const fixture = (name: string) => new URL(`./testing/${name}.ts`, import.meta.url);
const started: EngineProcess<FixtureRequests>[] = [];

function startFixture(url = fixture('fixture-engine')): EngineProcess<FixtureRequests> {
  const engine = EngineProcess.start<FixtureRequests>({
    name: 'fixture',
    url,
    errors: trainerErrors,
    files: { reads: [], writes: [] },
    usesDrivers: false,
  });
  started.push(engine);
  return engine;
}

afterEach(async () => {
  for (const engine of started.splice(0)) {
    engine.kill();
    await engine.exited;
  }
});

async function failureOf(request: Promise<unknown>): Promise<EngineRequestError> {
  const error: unknown = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof EngineRequestError) return error;
  throw new Error(`Expected an EngineRequestError, got ${String(error)}`);
}

test('events arrive complete, in order and before the result', async () => {
  const events: number[] = [];
  const { sum } = await startFixture().request(
    'count',
    { count: 2000 },
    { onEvent: (number) => events.push(number) },
  );
  expect(sum).toBe(2_001_000);
  expect(events).toEqual(Array.from({ length: 2000 }, (_, index) => index + 1));
});

test('typed arrays and bigints survive the border, concurrent requests are not mixed up', async () => {
  const engine = startFixture();
  expect(await engine.engine).toBe('fixture 1.0');
  const [binary, counted] = await Promise.all([
    engine.request('binary', Int32Array.of(1, -2)),
    engine.request('count', { count: 3 }),
  ]);
  expect(binary).toEqual({ doubled: Int32Array.of(2, -4), big: 2n ** 60n });
  expect(counted).toEqual({ sum: 6 });
});

// Node alone would write it at an end of its own, and an engine ends by a signal.
test('an engine has kept what Node compiled for it by the time it answers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lima-compiled-'));
  vi.stubEnv('NODE_COMPILE_CACHE', join(folder, 'compile-cache'));
  const engine = startFixture();
  vi.unstubAllEnvs();
  await engine.request('count', { count: 1 });
  engine.kill();
  const kept = readdirSync(join(folder, 'engine-cache/node'), { recursive: true });
  rmSync(folder, { recursive: true });
  expect(kept.length).toBeGreaterThan(1);
});

test('an error a user can act on keeps its code, message and data', async () => {
  const error = await failureOf(startFixture().request('refuse', null));
  expect(error).toMatchObject({
    code: 'OUT_OF_MEMORY',
    message: 'It takes 2 GB: free them.',
    data: { neededBytes: 2e9 },
  });
});

test('a code that the protocol lacks is ENGINE_FAILED and is named in the data', async () => {
  const error = await failureOf(startFixture().request('misspell', null));
  expect(error.failure).toEqual({
    code: 'ENGINE_FAILED',
    message: 'Out of memory.',
    data: { unknownCode: 'OUT_OF_MEMROY' },
  });
});

test('an unforeseen error is ENGINE_INTERNAL and does not end the engine', async () => {
  const engine = startFixture();
  const error = await failureOf(engine.request('stumble', null));
  expect(error).toMatchObject({ code: 'ENGINE_INTERNAL', message: 'undefined is not a tensor' });
  expect(error.message).not.toContain('fixture-engine.ts');
  expect(await engine.request('count', { count: 1 })).toEqual({ sum: 1 });
});

test('a native abort rejects every open request with the last lines of stderr', async () => {
  const engine = startFixture();
  const waiting = failureOf(engine.request('wait', null));
  const error = await failureOf(engine.request('abort', null));
  expect(error.code).toBe('ENGINE_CRASHED');
  expect(error.data).toMatchObject({
    exit: 'signal SIGABRT',
    stderr: expect.stringContaining('GGML_ASSERT(n_dims <= 4) failed'),
  });
  expect((await waiting).code).toBe('ENGINE_CRASHED');
  expect(engine.hasExited).toBe(true);
  expect((await failureOf(engine.request('count', { count: 1 }))).code).toBe('ENGINE_CRASHED');
});

test('a cancelled request ends cooperatively and the engine stays', async () => {
  const engine = startFixture();
  const controller = new AbortController();
  const result = await engine.request('wait', null, {
    signal: controller.signal,
    cancelGraceMs: 20_000,
    onEvent: () => controller.abort(),
  });
  expect(result).toEqual({ outcome: 'cancelled' });
  expect(await engine.request('count', { count: 2 })).toEqual({ sum: 3 });
});

test('a request whose signal is aborted before it is sent does not hang', async () => {
  const result = await startFixture().request('wait', null, {
    signal: AbortSignal.abort(),
    cancelGraceMs: 20_000,
  });
  expect(result).toEqual({ outcome: 'cancelled' });
});

test.each([
  { ignoreTerm: false, exit: 'signal SIGTERM' },
  { ignoreTerm: true, exit: 'signal SIGKILL' },
])('an engine that ignores cancel ends with $exit', async ({ ignoreTerm, exit }) => {
  const controller = new AbortController();
  const error = await failureOf(
    startFixture().request(
      'block',
      { ignoreTerm },
      { signal: controller.signal, cancelGraceMs: 150, onEvent: () => controller.abort() },
    ),
  );
  expect(error.data).toMatchObject({ exit });
});

test('a request to an engine that never comes up is cancelled without waiting for it', async () => {
  const controller = new AbortController();
  const request = failureOf(
    startFixture(fixture('fixture-silent')).request('refuse', null, { signal: controller.signal }),
  );
  setTimeout(() => controller.abort(), 300);
  expect((await request).code).toBe('ENGINE_CRASHED');
});

test('a consumer of events that throws fails its own request only', async () => {
  const engine = startFixture();
  const request = engine.request('wait', null, {
    onEvent: () => {
      throw new Error('database or disk is full');
    },
  });
  await expect(request).rejects.toThrow('database or disk is full');
  expect(await engine.request('count', { count: 2 })).toEqual({ sum: 3 });
});

test('parameters that cannot be cloned reject instead of waiting for good', async () => {
  const engine = startFixture();
  const unclonable = Object.assign(Int32Array.of(1), { call: () => 1 });
  await expect(engine.request('binary', unclonable)).resolves.toBeDefined();
  const count = new Proxy({ count: 1 }, {});
  await expect(engine.request('count', count)).rejects.toThrow(/clone/);
  expect(await engine.request('count', { count: 2 })).toEqual({ sum: 3 });
});

test('an entry that cannot be loaded rejects with the reason from stderr', async () => {
  const error = await failureOf(startFixture(fixture('no-such-engine')).request('refuse', null));
  expect(error.code).toBe('ENGINE_CRASHED');
  expect(error.data).toMatchObject({ stderr: expect.stringContaining('no-such-engine') });
});

const folder = mkdtempSync(join(tmpdir(), 'lima-engine-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['', []],
  [', also while a thread of it waits for a pipe', [join(folder, 'pipe')]],
])('an engine exits when its parent is killed%s', async (_, pipes) => {
  for (const pipe of pipes) execFileSync('mkfifo', [pipe]);
  const parent = spawn(process.execPath, [fixture('fixture-parent').pathname, ...pipes]);
  const [line]: unknown[] = await once(parent.stdout, 'data');
  const enginePid = Number(String(line));
  expect(isRunning(enginePid)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => isRunning(enginePid), { timeout: 10_000 }).toBe(false);
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}
