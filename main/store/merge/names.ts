import { baseName, deletedName, nameSuffix, type Named } from '../repositories/given-names.ts';
import { isDerivedId } from './identities.ts';

/**
 * A name for each row that no other one has. The row with the smallest id keeps the name it was
 * given, the others add what is their own. Follows from the rows alone, so that it does not matter
 * in which order copies were merged.
 */
export function uniqueNames(rows: readonly Named[]): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const row of rows.toSorted(byRank)) {
    let name = row.isDeleted ? deletedName(row) : baseName(row);
    while (taken.has(name)) name += nameSuffix(row.id);
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
