import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { canFindEngines, childPids } from '../testing/engine-processes.ts';
import { localDisks } from './local-disks.ts';
import { places, SilentPlace } from './places.ts';

const askers = () => childPids('places-worker.');

/** The process that asks, stopped: a question to it is one that nobody ever answers. */
async function stopAsker(): Promise<number> {
  await places.look('/');
  const [pid, ...others] = askers();
  if (pid === undefined || others.length > 0) throw new Error('There is not one process that asks');
  process.kill(pid, 'SIGSTOP');
  return pid;
}

describe.skipIf(!canFindEngines)('a place that does not answer', () => {
  test('is named after the time there is, and the next question has a new process', async () => {
    const stopped = await stopAsker();
    const asked = places.look('/gone/model.gguf', { mostMs: 200 });
    await expect(asked).rejects.toBeInstanceOf(SilentPlace);
    await expect(asked).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringMatching(/^\/gone\/model\.gguf does not answer.*within 0\.2 s/),
      data: { path: '/gone/model.gguf' },
    });
    expect(await places.link('/')).toBeUndefined();
    expect(askers()).not.toContain(stopped);
  });

  test('is not waited for once the call is cancelled', async () => {
    await stopAsker();
    const cancel = new AbortController();
    const asked = places.look('/gone', { signal: cancel.signal, mostMs: 60_000 });
    await setImmediate();
    cancel.abort();
    await expect(asked).rejects.toBe(cancel.signal.reason);
  });

  test('is asked about anew when its process was killed', async () => {
    const pid = await stopAsker();
    const asked = places.look('/');
    process.kill(pid, 'SIGKILL');
    await expect(asked).resolves.toBeUndefined();
  });
});

test('a mount of a network or of another program is no disk of this machine, nor is what lies below', () => {
  const isLocal = localDisks(
    [
      '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
      '30 22 0:40 / /mnt/nas rw shared:2 - nfs4 server:/ rw',
      '31 22 0:41 / /mnt/with\\040space rw - fuse.sshfs host: rw',
      '32 30 8:2 / /mnt/nas/disk rw - xfs /dev/sdb rw',
      '33 22 0:43 / /net rw - autofs systemd-1 rw',
      '34 33 8:3 / /net rw - ext4 /dev/sdc rw',
    ].join('\n'),
  );
  const places = ['/home/me/a', '/mnt/nas', '/mnt/nas/a', '/mnt/nasty', '/mnt/with space/a'];
  expect(places.map(isLocal)).toEqual([true, false, false, true, false]);
  expect(['/mnt/nas/disk/a', '/net/a'].map(isLocal)).toEqual([true, true]);
  expect(localDisks('')('/home')).toBe(false);
});

const refusal = z.object({ code: z.string(), message: z.string() });
const told = z.object({
  refusals: z.record(z.string(), refusal),
  backup: refusal,
  isMissing: z.array(z.boolean()),
  recent: z.array(z.object({ exists: z.boolean(), isSilent: z.boolean() })),
  listed: z.array(z.string()),
  exported: z.number(),
  wasCancelled: z.boolean(),
});

// A file system whose program never answers, which the system lets only some mount.
const mounting =
  'exec 9<>/dev/fuse && mount -i -t fuse -o fd=9,rootmode=40000,user_id=0,group_id=0 dead "$0"';
const canMount =
  process.platform === 'linux' &&
  spawnSync('unshare', ['-rm', 'bash', '-c', mounting, tmpdir()]).status === 0;

test.runIf(canMount)(
  'a mount that is dead is named by every call that leads there, and holds up no other',
  () => {
    const dead = mkdtempSync(join(tmpdir(), 'lima-dead-'));
    const fixture = join(import.meta.dirname, '..', 'testing', 'fixture-dead-mount.ts');
    const words = ['-rm', 'bash', '-c', `${mounting} && exec "$@"`, dead];
    const text = execFileSync('unshare', [...words, process.execPath, fixture, dead], {
      encoding: 'utf8',
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    rmdirSync(dead);
    const answer = told.parse(JSON.parse(text));
    for (const [name, { code, message }] of Object.entries({
      ...answer.refusals,
      backup: answer.backup,
    }))
      expect([name, code, message]).toEqual([
        name,
        'FILE_UNREADABLE',
        expect.stringMatching(/does not answer.*network drive/),
      ]);
    expect(answer.isMissing).toEqual([true]);
    expect(answer.recent.filter(({ isSilent }) => isSilent)).toEqual([
      { exists: false, isSilent: true },
    ]);
    expect(answer.listed).toContain('p.lima');
    expect(answer.listed).not.toContain('link.jsonl');
    expect(answer.exported).toBe(4);
    expect(answer.wasCancelled).toBe(true);
  },
  90_000,
);
