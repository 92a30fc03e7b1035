import { expect, test } from 'vitest';
import { canFindEngines } from '../../testing/engine-processes.ts';
import { killAndResume } from './kill-and-resume.ts';

test.runIf(canFindEngines)(
  'runs killed at random moments end with the adapter, curve and steps of an undisturbed run',
  async () => {
    const { whole, runs } = await killAndResume({ kills: 3, seed: 7 });
    expect(whole.steps).toBe(216);
    expect(runs.flatMap((run) => run.kills)).toHaveLength(3);
    for (const { outcome } of runs) {
      const { adapterSha256, curveSha256, steps } = whole;
      expect(outcome).toEqual({ adapterSha256, curveSha256, steps });
    }
  },
);
