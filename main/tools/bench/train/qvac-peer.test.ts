import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../trainer/testing/open-model.ts';
import type { PeerJob } from './peer-job.ts';
import { measurePeer } from './qvac-peer.ts';

/** A runtime that starts Node with Bare's global, and a package like the peer's. */
async function standIn(folder: string, training: string) {
  const peerPath = join(folder, 'peer');
  await mkdir(peerPath);
  await writeFile(
    join(peerPath, 'index.js'),
    `const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
     module.exports = class {
       async load() {}
       async finetune(settings) {
         const report = (step) => this.onStats({ global_steps: step, loss: 1 });
         return {
           on: (event, callback) => { this.onStats = callback; },
           await: async () => { ${training} },
         };
       }
     };`,
  );
  const bare = join(folder, 'bare.cjs');
  await writeFile(bare, 'globalThis.Bare = { argv: process.argv, exit: process.exit };');
  const barePath = join(folder, 'bare');
  const launcher = `#!/bin/sh\nexec "${process.execPath}" -r "${bare}" "$@"\n`;
  await writeFile(barePath, launcher, { mode: 0o755 });
  return { peerPath, barePath };
}

const jobIn = (folder: string): PeerJob => ({
  modelPath: join(folder, 'model.gguf'),
  textPath: join(folder, 'text.txt'),
  rank: 4,
  tokensPerStep: 32,
  steps: 2,
  threads: 1,
});

// The stand-in is a shell script.
const isPosix = process.platform !== 'win32';

test.runIf(isPosix)(
  'neither loading nor the first step counts, nor what follows the last',
  async () => {
    await using folder = await temporaryFolder();
    const training = `
    await wait(20); report(1);
    await wait(1500); report(2);
    await wait(300); report(3);
    await new Promise(() => setInterval(() => {}, 1000));`;
    const packages = await standIn(folder.path, training);
    const bestStepMs = await measurePeer(packages, jobIn(folder.path));
    expect(bestStepMs).toBeGreaterThanOrEqual(290);
    expect(bestStepMs).toBeLessThan(1400);
  },
);

test.runIf(isPosix)('a peer that fails is reported with its reason, not as a speed', async () => {
  await using folder = await temporaryFolder();
  const packages = await standIn(
    folder.path,
    `report(1); throw new Error('unknown architecture');`,
  );
  await expect(measurePeer(packages, jobIn(folder.path))).rejects.toThrow(
    /reported 1 steps.*code 1.*unknown architecture/s,
  );
});

test('a runtime that cannot be started leaves the comparison out', async () => {
  await using folder = await temporaryFolder();
  const packages = { peerPath: folder.path, barePath: join(folder.path, 'missing') };
  await expect(measurePeer(packages, jobIn(folder.path))).rejects.toThrow(/ENOENT/);
});
