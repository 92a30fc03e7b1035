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
