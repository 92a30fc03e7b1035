import type { Estimate } from '../domain/evaluation-report.ts';

const NO_BREAK_SPACE = '\u00a0';

/** A share as a percentage with one decimal: 0.4305 becomes "43.1 %". */
export function formatPercent(share: number): string {
  return `${(share * 100).toFixed(1)}${NO_BREAK_SPACE}%`;
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

/** A whole number with thin groups of three: "12 345". */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, NO_BREAK_SPACE);
}

/** A count with its noun: "1 vote", "2 votes". */
export function formatCounted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A moment in UTC to the minute: "2026-11-22 16:14 UTC"; the number itself when it is no date. */
export function formatTime(timeMs: number): string {
  const date = new Date(timeMs);
  if (Number.isNaN(date.getTime())) return `${timeMs} ms`;
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
