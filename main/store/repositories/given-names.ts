import { createHash } from 'node:crypto';

/** A row that needs a name, or another key, that no other row of its table has. */
export interface Named {
  id: string;
  name: string;
  /** What was deleted and is still referred to gives its name free. */
  isDeleted?: boolean;
}

const shortHash = (id: string) => createHash('sha256').update(id).digest('hex').slice(0, 8);

/** What a row adds to a name that another one has, too: always the same for one row. */
export const nameSuffix = (id: string): string => ` (${shortHash(id)})`;

const deletedSuffix = (id: string): string => ` (deleted ${shortHash(id)})`;

/** The name that a row was given by a person, before a merge or a deletion added to it. */
export function baseName({ id, name }: Named): string {
  const suffixes = [nameSuffix(id), deletedSuffix(id)];
  let base = name;
  for (;;) {
    const suffix = suffixes.find((each) => base.length > each.length && base.endsWith(each));
    if (suffix === undefined) return base;
    base = base.slice(0, -suffix.length);
  }
}

/** What a row is called that was deleted, so that a new one can have its name. */
export const deletedName = (row: Named): string => `${baseName(row)}${deletedSuffix(row.id)}`;
