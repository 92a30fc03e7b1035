import { spawn, type ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { PeerJob } from './peer-job.ts';
import { PeerUnavailable, peerName, type PeerPackages } from './peer-packages.ts';

const script = join(import.meta.dirname, 'qvac-finetune.cjs');
const runLimitMs = 20 * 60_000;
const errorTailCharacters = 2000;

const stepSchema = z.object({ step: z.int(), loss: z.number(), atMs: z.number() });
type Step = z.infer<typeof stepSchema>;

/**
 * Lets the peer do the job in a process of its own, which ends after the last timed step. Returns
 * the time of the fastest step: from one report of a step to the next, so that loading and the
 * first step, in which it builds its graph, do not count. Throws PeerUnavailable.
 */
export async function measurePeer(packages: PeerPackages, job: PeerJob): Promise<number> {
  const steps = await runUntil(packages, job, job.steps + 1);
  const durationsMs = steps.slice(1).map(({ atMs }, index) => atMs - (steps[index]?.atMs ?? atMs));
  return Math.min(...durationsMs);
}

/** Runs the script until it has reported `count` steps; a slower one may be timed out after two. */
async function runUntil(packages: PeerPackages, job: PeerJob, count: number): Promise<Step[]> {
  const child = startPeer(packages, job);
  const steps: Step[] = [];
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-errorTailCharacters);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.startsWith('{"step"')) return;
    steps.push(stepSchema.parse(JSON.parse(line)));
    if (steps.length === count) child.kill('SIGKILL');
  });
  const ending = await endOf(child);
  if (steps.length >= 2) return steps;
  throw new PeerUnavailable(
    `${peerName} reported ${steps.length} steps within ${runLimitMs / 60_000} minutes, two are ` +
      `needed; ${ending}. ${errors.trim()}`,
  );
}

function startPeer({ peerPath, barePath }: PeerPackages, job: PeerJob) {
  const settings = JSON.stringify({ ...job, peerPath, outputFolder: dirname(job.modelPath) });
  return spawn(barePath, [script, settings], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** How the process ended, in words; one that takes too long is killed. */
async function endOf(child: ChildProcess): Promise<string> {
  const limit = setTimeout(() => child.kill('SIGKILL'), runLimitMs);
  const { promise, resolve } = Promise.withResolvers<string>();
  child.on('error', (error) => resolve(error.message));
  child.on('close', (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`));
  try {
    return await promise;
  } finally {
    clearTimeout(limit);
  }
}
