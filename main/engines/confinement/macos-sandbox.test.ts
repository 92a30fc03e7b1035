import { spawnSync } from 'node:child_process';
import {
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineProcess, type EngineEntry } from '../engine-process.ts';
import { trainerErrors } from '../protocol/errors.ts';
import type { EscapeRequests } from '../testing/escape-requests.ts';
import { confinedStart } from './confined-start.ts';
import { askMacOs, type Confinement } from './launcher.ts';
import { sandboxArguments, sandboxProfile } from './macos-sandbox.ts';
import { tryConfinement } from './try-confinement.ts';

// Rules are kept by macOS alone; what is tested here is what it is given, and what happens without.

let folder = '';
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'lima-sandbox-')));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A program in the place of sandbox-exec. */
function standIn(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
  return path;
}

/** Notes what it was called with, and starts what it should without any rule. */
const noting = () =>
  standIn(
    'noting',
    `printf '%s\\0' "$@" > '${folder}/called'`,
    'shift 2; while [ "$1" = -D ]; do shift 2; done',
    'exec "$@"',
  );

async function withEngine<Result>(
  confinement: Confinement,
  entry: Pick<EngineEntry, 'files' | 'usesDrivers' | 'execArgv'>,
  use: (engine: EngineProcess<EscapeRequests>) => Promise<Result>,
): Promise<Result> {
  const url = new URL('../testing/fixture-escape.ts', import.meta.url);
  const errors = trainerErrors;
  await using engine = EngineProcess.start<EscapeRequests>(
    { name: 'escape', url, errors, ...entry },
    confinement,
  );
  return await use(engine);
}

const writeScratch = { what: 'write scratch', path: '', port: 0 } as const;
const noFiles = { files: { reads: [], writes: [] }, usesDrivers: false };

describe('the rules for macOS', () => {
  it('deny the network, other processes, other programs, and writing but for what is named', () => {
    expect(sandboxProfile(2).split('\n')).toEqual([
      '(version 1)',
      '(allow default)',
      '(deny network*)',
      '(deny signal)',
      '(allow signal (target same-sandbox))',
      '(deny process-exec*)',
      '(allow process-exec* (literal (param "NODE")))',
      '(deny file-write*)',
      '(allow file-write* (literal "/dev/null"))',
      '(allow file-write* (literal "/dev/zero"))',
      '(allow file-write* (literal "/dev/random"))',
      '(allow file-write* (literal "/dev/urandom"))',
      '(allow file-write* (literal "/dev/dtracehelper"))',
      '(allow file-write* (subpath (param "WRITE_0")))',
      '(allow file-write* (subpath (param "WRITE_1")))',
    ]);
  });

  it('name real paths as parameters, whatever the paths are called, and none that is missing', () => {
    const strange = join(folder, 'a") (allow network*) (literal "');
    const link = join(folder, 'link');
    writeFileSync(strange, '');
    symlinkSync(strange, link);
    const words = sandboxArguments(process.execPath, [link, strange, join(folder, 'missing')]);
    const node = realpathSync(process.execPath);
    const values = ['-D', `NODE=${node}`, '-D', `WRITE_0=${strange}`];
    expect(words).toEqual(['-p', sandboxProfile(1), ...values, node]);
  });
});

describe('an engine on macOS', () => {
  it('is started by sandbox-exec with its scratch folder, its folders and its flags', async () => {
    const confinement = askMacOs(noting());
    expect(confinement).toMatchObject({ reason: "macOS's sandbox leaves reading open" });
    const entry = {
      ...noFiles,
      files: { reads: [], writes: [folder] },
      execArgv: ['--no-warnings'],
    };
    const { outcome, scratchDir } = await withEngine(confinement, entry, (engine) =>
      engine.request('try', writeScratch),
    );
    expect(outcome).toBe('done');
    const called = readFileSync(join(folder, 'called'), 'utf8').split('\0');
    const writes = called.filter((word) => word.startsWith('WRITE_'));
    expect(called.slice(0, 2)).toEqual(['-p', sandboxProfile(writes.length)]);
    expect(writes[0]).toBe(`WRITE_0=${scratchDir}`);
    expect(writes.map((word) => word.replace(/^WRITE_\d+=/, ''))).toContain(folder);
    const rest = called.slice(called.lastIndexOf('-D') + 2);
    expect(rest.slice(0, 2)).toEqual([realpathSync(process.execPath), '--no-warnings']);
  });

  it('may write where shaders are kept only when it computes on devices', async () => {
    const sandbox = { path: noting(), shaderCachePath: folder };
    const confinement = { landlock: 0, seccomp: false, sandbox, reason: '' };
    const isNamed = async (usesDrivers: boolean) => {
      await withEngine(confinement, { ...noFiles, usesDrivers }, (engine) => engine.engine);
      return readFileSync(join(folder, 'called'), 'utf8').includes(`=${folder}\0`);
    };
    expect([await isNamed(true), await isNamed(false)]).toEqual([true, false]);
  });

  it('starts no second sandbox within it, and holds whatever an engine starts', () => {
    const { execPath, execArgv, env, scratchDir } = confinedStart(noFiles, askMacOs(noting()));
    const url = new URL('./launcher.ts', import.meta.url);
    const script = `console.log((await import('${url.href}')).askMacOs('${execPath}').reason)`;
    const args = [...execArgv, '--input-type=module', '-e', script];
    const { stdout } = spawnSync(execPath, args, {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });
    rmSync(scratchDir, { recursive: true });
    expect(stdout).toBe('it has the sandbox of the engine that started it\n');
  });

  it.each([
    ['is missing', () => join(folder, 'nowhere'), 'nowhere is missing'],
    [
      'does not start Node',
      () => standIn('denied', "echo 'sandbox_apply: Operation not permitted' >&2", 'exit 71'),
      'denied does not start Node: sandbox_apply: Operation not permitted',
    ],
    ['ends without a word', () => standIn('silent', 'exit 3'), 'does not start Node: exit code 3'],
  ])('runs unconfined where sandbox-exec %s, and a trial says why', async (_, path, reason) => {
    const confinement = askMacOs(path());
    expect(confinement).toEqual({
      landlock: 0,
      seccomp: false,
      reason: expect.stringContaining(reason),
    });
    const { outcome } = await withEngine(confinement, noFiles, (engine) =>
      engine.request('try', writeScratch),
    );
    expect(outcome).toBe('done');
    const trial = await tryConfinement(confinement);
    expect(trial.lacks).toContain('may open connections');
    expect(trial.reason).toContain(reason);
  });
});
