import type { Estimate } from '../domain/evaluation-report.ts';
import { formatShare } from '../text/counts.ts';

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
