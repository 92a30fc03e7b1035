const counts = new Intl.NumberFormat('en-US');

/** A number with thousands separators, the same in every locale: `12,345`. */
export function formatCount(count: number): string {
  return counts.format(count);
}

/** A count with its noun: `1 sample`, `2,000 samples`, `0 replies`. */
export function formatQuantity(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** A share from 0 to 1 in percent: `25 %`, with one digit `12.5 %`. */
export function formatShare(share: number, digits = 0): string {
  return `${(100 * share).toFixed(digits)} %`;
}
