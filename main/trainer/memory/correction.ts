import type { MemoryMeasurement } from '../../../shared/domain/memory-plan.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import { familyOf, listFamily } from '../ffi/devices.ts';
import { engineName } from '../ffi/library.ts';

/** A plan is corrected by at most this share of itself: one odd run must not refuse all others. */
const mostCorrection = 0.25;
/** Newer drivers and programs make older runs poor witnesses. */
const recentRuns = 5;

/** A correction in bytes, and in how many runs it was measured. */
export interface Correction {
  correctionBytes: number;
  measuredRuns: number;
}

/**
 * The median of what the latest runs took beyond their plans (of an even number the larger of the
 * middle two), times runs / (runs + 1): peaks of equal runs differ by some percent, so one of them
 * counts half. Zero when nothing was measured. `measurements` are of one kind of run, oldest first.
 */
export function correctionOf(
  measurements: readonly Pick<MemoryMeasurement, 'errorBytes'>[],
  plannedBytes: number,
): Correction {
  const recent = measurements.slice(-recentRuns).map(({ errorBytes }) => errorBytes);
  const sorted = recent.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const bound = plannedBytes * mostCorrection;
  const weight = recent.length / (recent.length + 1);
  const correctionBytes = Math.round(Math.min(bound, Math.max(-bound, median * weight)));
  return { correctionBytes, measuredRuns: recent.length };
}

/** The runs of one model whose measurements hold for each other. */
export type RunKind = Omit<MemoryMeasurement, 'errorBytes'>;

/** The kind of a run on a device: another driver or library holds other buffers. */
export function kindOf(deviceId: string, method: Recipe['method']): RunKind {
  const device = listFamily(familyOf(deviceId)).devices.find(({ id }) => id === deviceId);
  const words = [deviceId, device?.description ?? '', device?.driver ?? ''];
  return { device: words.join(', '), library: device?.library ?? engineName(), method };
}

/** The measurements of one kind of run. */
export const likeRuns = (known: readonly MemoryMeasurement[], kind: RunKind) =>
  known.filter(
    ({ device, library, method }) =>
      device === kind.device && library === kind.library && method === kind.method,
  );
