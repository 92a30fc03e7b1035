import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { programFile } from '../engines/program-file.ts';
import { CoreProcess, plainEnvironment } from './core-process.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lima-core-process-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function startCore(entry: string, userDataDir: string): CoreProcess {
  return new CoreProcess({
    nodeRuntime: process.execPath,
    entry,
    userDataDir,
    onFrame: () => undefined,
  });
}

const realEntry = fileURLToPath(programFile(new URL('core-side/core-entry.ts', import.meta.url)));

test('a core that does not answer to quit is ended by force, so that the app can end', async () => {
  const folder = temporaryFolder();
  const entry = join(folder, 'deaf.mjs');
  writeFileSync(
    entry,
    `process.on('SIGTERM', () => {}); process.on('message', () => {});
     process.send({ channel: 'ready' }); setInterval(() => {}, 1000);`,
  );
  const core = startCore(entry, folder);
  await core.ready;
  await core.close(50);
  await expect(core.exited).resolves.toMatchObject({ reason: 'signal SIGKILL' });
});

test('a core that cannot start says why instead of leaving the window waiting', async () => {
  const folder = temporaryFolder();
  const entry = join(folder, 'broken.mjs');
  writeFileSync(entry, `throw new Error('the native addon is damaged');`);
  const core = startCore(entry, folder);
  await expect(core.ready).rejects.toThrow('exit code 1');
  expect((await core.exited).stderr).toContain('the native addon is damaged');
  core.send({ channel: 'quit' });
});

test('a missing Node runtime is told as the reason and is no unhandled error', async () => {
  const folder = temporaryFolder();
  const core = new CoreProcess({
    nodeRuntime: join(folder, 'no-node'),
    entry: realEntry,
    userDataDir: folder,
    onFrame: () => undefined,
  });
  await expect(core.ready).rejects.toThrow('ENOENT');
});

test('a killed shell leaves no core behind', async () => {
  const folder = temporaryFolder();
  const pidFile = join(folder, 'pid');
  const shell = join(folder, 'shell.mjs');
  writeFileSync(
    shell,
    `import { writeFileSync } from 'node:fs';
     import { spawn } from 'node:child_process';
     const core = spawn(process.execPath, [${JSON.stringify(realEntry)}, ${JSON.stringify(folder)}],
       { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
     core.on('message', () => writeFileSync(${JSON.stringify(pidFile)}, String(core.pid)));`,
  );
  const child = spawn(process.execPath, [shell], { stdio: 'ignore' });
  const pid = await vi.waitFor(() => Number(readFileSync(pidFile, 'utf8')), { timeout: 20_000 });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 10_000 });
});

test('the core does not inherit what would change how Node runs', () => {
  const environment = { PATH: '/bin', NODE_OPTIONS: '--x', ELECTRON_RUN_AS_NODE: '1', CUDA_X: '0' };
  expect(plainEnvironment(environment)).toEqual({ PATH: '/bin', CUDA_X: '0' });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: it has ended.
    return false;
  }
}
