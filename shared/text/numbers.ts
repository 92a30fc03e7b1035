import type { Estimate } from '../domain/evaluate/estimates.ts';

let counts: Intl.NumberFormat | undefined;

/** A number with thousands separators, the same in every locale: `12,345`. */
export function formatCount(count: number): string {
  // Imports count by the hundred thousand, and Intl takes microseconds for each.
  if (Number.isSafeInteger(count) && count > 0)
    return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
  // Made when it is needed: that takes some 10 ms of every process's start.
  return (counts ??= new Intl.NumberFormat('en-US')).format(count);
}

/** A count with its noun: `1 sample`, `2,000 samples`, `0 replies`. */
export function formatQuantity(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** A share from 0 to 1 in percent: `25 %`, with one digit `12.5 %`. */
export function formatShare(share: number, digits = 0): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** Pairs of units a duration may be told in: how many of the small one make a large one. */
const scales = [
  { large: 'min', small: 's', smallMs: 1000, smallPerLarge: 60 },
  { large: 'h', small: 'min', smallMs: 60_000, smallPerLarge: 60 },
  { large: 'd', small: 'h', smallMs: 3_600_000, smallPerLarge: 24 },
] as const;

/**
 * A duration in its two largest units, rounded to the smaller one: `850 ms`, `12 s`, `3 min 20 s`,
 * `2 h 5 min`, `1 h`. What would round up to a whole larger unit is one of it.
 */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, Math.round(durationMs));
  if (ms < 1000) return `${ms} ms`;
  const scale = scales.find(({ smallMs, smallPerLarge }, index) => {
    const next = scales[index + 1];
    return !next || Math.round(ms / smallMs) < smallPerLarge * next.smallPerLarge;
  });
  const { large, small, smallMs, smallPerLarge } = scale ?? scales[2];
  const count = Math.round(ms / smallMs);
  const [wholes, rest] = [Math.floor(count / smallPerLarge), count % smallPerLarge];
  const amounts = [wholes > 0 ? `${wholes} ${large}` : '', rest > 0 ? `${rest} ${small}` : ''];
  return amounts.filter((amount) => amount !== '').join(' ');
}

/** How long work will still take: `3 min 20 s left`; empty while nobody knows. */
export function timeLeft(etaMs: number | null | undefined): string {
  return etaMs == null ? '' : `${formatDuration(etaMs)} left`;
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/**
 * A size in binary units: `950 B`, `1.5 MiB`. Two digits are for sizes that a reader compares.
 * What would round up to 1024 of a unit is 1 of the next.
 */
export function formatBytes(sizeBytes: number, digits = 1): string {
  let size = sizeBytes;
  let unit = 0;
  const text = () => size.toFixed(unit === 0 ? 0 : digits);
  while (Math.abs(Number(text())) >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${text()} ${units[unit]}`;
}

const NO_BREAK_SPACE = '\u00a0';

/** A share in percent with one decimal that no line break splits: "43.1 %". */
export function formatPercent(share: number): string {
  return formatShare(share, 1).replace(' ', NO_BREAK_SPACE);
}

/** The limits of an interval in percent: "[37.5, 48.7]". */
export function formatInterval({ lower, upper }: Estimate): string {
  return `[${(lower * 100).toFixed(1)}, ${(upper * 100).toFixed(1)}]`;
}

/** A share with its interval: "43.0 % [37.5, 48.7]". */
export function formatEstimate(estimate: Estimate): string {
  return `${formatPercent(estimate.value)} ${formatInterval(estimate)}`;
}

/** A p value with two significant digits: "0.091", "2.4e-15", "below 1e-300". */
export function formatP(p: number): string {
  if (p < 1e-300) return 'below 1e-300';
  if (p >= 0.9995) return '1';
  return p < 0.001 ? p.toExponential(1) : String(Number(p.toPrecision(2)));
}

/** A moment in UTC to the minute: "2026-11-22 16:14 UTC"; the number itself when it is no date. */
export function formatTime(timeMs: number): string {
  const date = new Date(timeMs);
  if (Number.isNaN(date.getTime())) return `${timeMs} ms`;
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
