/** A parameter count the way models are named: `494M`, `7.6B`, `12.3K`. */
export function formatParameters(parameters: number): string {
  const units = [
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'K'],
  ] as const;
  for (const [size, unit] of units) {
    if (parameters < size) continue;
    const value = parameters / size;
    return `${value < 100 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)}${unit} parameters`;
  }
  return `${parameters} parameters`;
}
