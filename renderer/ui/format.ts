const moments = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** A moment in this machine's time zone: `22 Nov 2026, 16:30`. */
export function formatMoment(epochMs: number): string {
  return moments.format(epochMs);
}

/** The first eight characters of a hash, enough to compare by eye. */
export function shortHash(hash: string): string {
  return hash.slice(0, 8);
}

/** The last part of a path, whichever way its slashes lean. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
