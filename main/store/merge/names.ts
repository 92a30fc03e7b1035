import { createHash } from 'node:crypto';
import { isDerivedId } from './identities.ts';

/** A row that needs a name, or another key, that no other row of its table has. */
export interface Named {
  id: string;
  name: string;
}

/** What a row adds to a name that another one has, too: always the same for one row. */
const suffixOf = (id: string): string =>
  ` (${createHash('sha256').update(id).digest('hex').slice(0, 8)})`;

/** The name that a row was given by a person, before any merge added to it. */
export function baseName({ id, name }: Named): string {
  const suffix = suffixOf(id);
  let base = name;
  while (base.length > suffix.length && base.endsWith(suffix)) base = base.slice(0, -suffix.length);
  return base;
}

/**
 * A name for each row that no other one has. The row with the smallest id keeps the name it was
 * given, the others add what is their own. Follows from the rows alone, so that it does not matter
 * in which order copies were merged.
 */
export function uniqueNames(rows: readonly Named[]): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const row of rows.toSorted(byRank)) {
    let name = baseName(row);
    while (taken.has(name)) name += suffixOf(row.id);
    taken.add(name);
    names.set(row.id, name);
  }
  return names;
}

// A key is a hash of 64 digits: this many tell it, and leave room for an id.
const tellingDigits = 27;

/**
 * The same for keys that only programs read, which stay as long as they are: the row with the
 * smallest id keeps its key, the others carry their id in its place.
 */
export function uniqueKeys(rows: readonly Named[]): Map<string, string> {
  const keys = new Map<string, string>();
  const taken = new Set<string>();
  for (const { id, name } of rows.toSorted(byRank)) {
    const start = name.slice(0, tellingDigits);
    const isTaken = taken.has(start);
    taken.add(start);
    keys.set(id, isTaken ? `${start}-${id}`.slice(0, 64) : name);
  }
  return keys;
}

/** Identities that a merge made come last: what they split off from keeps its name. */
function byRank(a: Named, b: Named): number {
  const [derivedA, derivedB] = [isDerivedId(a.id), isDerivedId(b.id)];
  if (derivedA !== derivedB) return derivedA ? 1 : -1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
