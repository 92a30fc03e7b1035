import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seededUniform } from '../../../../shared/domain/seeded-uniform.ts';
import { TestCore } from '../../testing/a-core.ts';
import { RunProcess, victims, type RunOutcome, type Victim } from './run-process.ts';

/** Share of the kills that come at any time since the start, and not while steps are done. */
const anyTimeShare = 0.3;
const killsPerRun = 5;
const samples = 40;

/** One SIGKILL: who got it, and how long after the process started. */
export interface Kill {
  victim: Victim;
  atMs: number;
}

/** A run that was killed and resumed until it was done. */
export interface KilledRun {
  kills: Kill[];
  outcome: RunOutcome;
  /** The adapter's file and the curve are those of the uninterrupted run. */
  isIdentical: boolean;
  tookMs: number;
}

/** How many kills, at which moments (seeded), and who is told about each finished run. */
export interface KillOptions {
  kills: number;
  seed: number;
  onRun?: (run: KilledRun) => void;
}

/** The uninterrupted run and every killed one. */
export interface KillReport {
  whole: RunOutcome & { tookMs: number; trainingMs: number };
  runs: KilledRun[];
}

/**
 * Trains a tiny model in real processes, kills the core, its trainer or both at random moments,
 * resumes until each run is done, and compares with a run that nobody killed. A run takes at most
 * five kills; one that ended before its kill came counts none.
 */
export async function killAndResume({ kills, seed, onRun }: KillOptions): Promise<KillReport> {
  const folder = mkdtempSync(join(tmpdir(), 'lima-kills-'));
  const random = seededUniform(seed);
  try {
    const template = join(folder, 'template');
    await prepareProject(template);
    const whole = await runWhole(copyOf(template, join(folder, 'whole')));
    const runs: KilledRun[] = [];
    for (let left = kills; left > 0; left -= runs.at(-1)?.kills.length ?? 0) {
      const place = copyOf(template, join(folder, `run-${runs.length}`));
      const most = Math.min(left, killsPerRun);
      const run = await runKilled(place, { most, random, whole });
      rmSync(place, { recursive: true });
      runs.push(run);
      onRun?.(run);
    }
    return { whole, runs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A project with a model and a dataset, closed; copies of it know the model's place. */
async function prepareProject(folder: string): Promise<void> {
  mkdirSync(folder);
  await using core = await TestCore.start({ folder });
  await core.addModel();
  await core.freezeDataset(samples);
}

function copyOf(template: string, folder: string): string {
  cpSync(template, folder, { recursive: true });
  return folder;
}

async function runWhole(folder: string): Promise<KillReport['whole']> {
  const run = new RunProcess(folder);
  const outcome = await run.ended;
  if (!outcome) throw new Error('The uninterrupted run did not end well');
  const { all, training } = run.elapsedMs();
  return { ...outcome, tookMs: all, trainingMs: training };
}

interface KillPlan {
  most: number;
  random: () => number;
  whole: KillReport['whole'];
}

async function runKilled(folder: string, plan: KillPlan): Promise<KilledRun> {
  const startedMs = performance.now();
  const kills: Kill[] = [];
  for (;;) {
    const process = new RunProcess(folder);
    if (kills.length < plan.most) {
      const kill = await killOnce(process, plan);
      if (kill) kills.push(kill);
    }
    const outcome = await process.ended;
    if (!outcome) continue;
    const { adapterSha256, curveSha256 } = plan.whole;
    const isIdentical =
      outcome.adapterSha256 === adapterSha256 && outcome.curveSha256 === curveSha256;
    return { kills, outcome, isIdentical, tookMs: performance.now() - startedMs };
  }
}

/** Kills at a random moment; `undefined` when the process was done before. */
async function killOnce(process: RunProcess, plan: KillPlan): Promise<Kill | undefined> {
  const { random, whole } = plan;
  const isAnyTime = random() < anyTimeShare;
  const waitMs = random() * (isAnyTime ? whole.tookMs : whole.trainingMs);
  const victim = victims[Math.floor(random() * victims.length)] ?? 'core';
  if (!isAnyTime) await process.training;
  const isDone = await Promise.race([process.ended.then(() => true), delay(waitMs, false)]);
  if (isDone) return undefined;
  const atMs = process.elapsedMs().all;
  return { victim: process.kill(victim), atMs };
}
