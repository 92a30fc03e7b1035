import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineProcess } from '../engine-process.ts';
import { trainerErrors } from '../protocol/errors.ts';
import type { EscapeRequests } from '../testing/escape-requests.ts';
import { hashSource } from './build.ts';
import { confinementHere, kernelLacks, launcherPath } from './launcher.ts';
import { tryConfinement } from './try-confinement.ts';

type What = EscapeRequests['try']['params']['what'];

const { landlock, seccomp, reason } = confinementHere();

describe.skipIf(process.platform !== 'linux')('the launcher', () => {
  it('was built from the source that lies here', () => {
    const { stdout } = spawnSync(launcherPath(), ['--probe'], { encoding: 'utf8' });
    expect(stdout).toContain(`source ${hashSource()}`);
  });

  it('refuses a grant that it does not know, and a call without a program', () => {
    const codes = [['q:/usr', '--', '/usr/bin/true'], ['r:/usr'], [], ['r:/usr', '--']].map(
      (args) => spawnSync(launcherPath(), args).status,
    );
    expect(codes).toEqual([126, 126, 126, 126]);
  });

  it.skipIf(landlock < 6 || !seccomp)('keeps an engine from all that it tries', async () => {
    const { holds, lacks } = await tryConfinement();
    expect([holds.length, lacks]).toEqual([4, []]);
  });

  it('is not used where it is switched off, and a trial tells what an engine may do then', () => {
    const url = new URL('./try-confinement.ts', import.meta.url);
    const script = `console.log(JSON.stringify(await (await import('${url.href}')).tryConfinement()))`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      env: { ...process.env, LIMA_CONFINEMENT: 'off' },
    });
    expect(JSON.parse(stdout)).toEqual({
      holds: [],
      lacks: expect.arrayContaining(['may read every file of yours', 'may open connections']),
      reason: 'LIMA_CONFINEMENT=off is set',
    });
  });
});

it('says what a kernel lacks, and nothing of one that has all', () => {
  expect(kernelLacks(6, true)).toBe('');
  expect(kernelLacks(3, true)).toMatch(/^Linux \S+ has Landlock 3 of 6$/);
  expect(kernelLacks(0, false)).toMatch(/^Linux \S+ has no Landlock and no seccomp filters$/);
});

describe.skipIf(landlock < 6 || !seccomp)(`an engine that a file took over (${reason})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lima-confined-'));
  const given = join(folder, 'given.gguf');
  const kept = join(folder, 'kept.txt');
  const target = join(folder, 'target');
  const link = join(folder, 'link.gguf');
  let engine: EngineProcess<EscapeRequests>;
  let server: Server;
  let local: Server;
  let port = 0;

  beforeAll(async () => {
    mkdirSync(target);
    writeFileSync(given, 'given');
    writeFileSync(kept, 'kept');
    symlinkSync(kept, link);
    server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    local = createServer((socket) => socket.end()).listen(join(folder, 'socket'));
    await Promise.all([once(server, 'listening'), once(local, 'listening')]);
    const address = server.address();
    port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    engine = EngineProcess.start<EscapeRequests>({
      name: 'escape',
      url: new URL('../testing/fixture-escape.ts', import.meta.url),
      errors: trainerErrors,
      files: { reads: [given], writes: [target] },
      usesDrivers: true,
    });
    await engine.engine;
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    server.close();
    local.close();
    rmSync(folder, { recursive: true });
  });

  const attempt = async (what: What, path = '', number = port) =>
    (await engine.request('try', { what, path, port: number })).outcome;

  it('reads what it was given and writes where it was told to', async () => {
    expect(await attempt('read', given)).toBe('done');
    expect(await attempt('read on a thread', given)).toBe('done');
    expect(await attempt('write', join(target, 'adapter.gguf'))).toBe('done');
    expect(await attempt('write scratch')).toBe('done');
    expect(readFileSync(join(target, 'adapter.gguf'), 'utf8')).toBe('x');
  });

  it.each([
    ['a file beside the one it was given', () => kept],
    ['a file behind a link of another name', () => link],
    ['the passwords of this machine', () => '/etc/passwd'],
    ['the memory of its parent', () => `/proc/${process.pid}/mem`],
    ['the environment of its parent', () => `/proc/${process.pid}/environ`],
    ['a file beside the program', () => join(import.meta.dirname, '../../../README.md')],
  ])('reads nothing of %s', async (_, path) => {
    expect(existsSync(path())).toBe(true);
    expect(await attempt('read', path())).toBe('EACCES');
    expect(await attempt('read on a thread', path())).toBe('EACCES');
  });

  it.each([homedir(), tmpdir(), '/', '/etc', '/proc'])('lists nothing of %s', async (path) => {
    expect(await attempt('list', path)).toBe('EACCES');
  });

  it('changes neither what it may read nor anything beside its target', async () => {
    const beside = join(folder, 'new.txt');
    const program = join(import.meta.dirname, 'launcher.ts');
    for (const path of [given, kept, beside, program, join(tmpdir(), 'lima-note'), '/etc/passwd'])
      for (const what of ['write', 'write on a thread'] as const)
        expect([path, await attempt(what, path)]).toEqual([path, 'EACCES']);
    expect([readFileSync(given, 'utf8'), existsSync(beside)]).toEqual(['given', false]);
  });

  it('connects to no port and no socket of this machine, by Node or by the system', async () => {
    expect(await attempt('connect')).toBe('EACCES');
    expect(await attempt('connect locally', join(folder, 'socket'))).toBe('EACCES');
    expect(await attempt('connect by Node')).toContain('opens no connection');
  });

  it('runs no other program and signals no other process', async () => {
    expect(await attempt('run', '/usr/bin/true')).toBe('EACCES');
    expect(await attempt('signal', '', process.pid)).toBe('EPERM');
  });

  it('leaves no folder behind', async () => {
    const short = EngineProcess.start<EscapeRequests>({
      name: 'escape',
      url: new URL('../testing/fixture-escape.ts', import.meta.url),
      errors: trainerErrors,
      files: { reads: [], writes: [] },
      usesDrivers: false,
    });
    const asked = { what: 'write scratch', path: '', port } as const;
    const { outcome, scratchDir } = await short.request('try', asked);
    expect([outcome, existsSync(join(scratchDir, 'note'))]).toEqual(['done', true]);
    await short[Symbol.asyncDispose]();
    await expect.poll(() => existsSync(scratchDir)).toBe(false);
  });
});
