/** What a column may hold, as SQL that is true of anything else; `c` stands for the column. */
export const strange = {
  // octet_length counts what length() does not see: everything behind a NUL, and other scripts.
  id: `typeof(c) <> 'text' OR octet_length(c) NOT BETWEEN 1 AND 64 OR c GLOB '*[^0-9a-z-]*'
    OR c GLOB '-*' OR octet_length(c) <> length(c) OR c IN ('con', 'prn', 'aux', 'nul')
    OR c GLOB 'com[0-9]' OR c GLOB 'lpt[0-9]'`,
  hash: `typeof(c) <> 'text' OR octet_length(c) > 64 OR c GLOB '*[^0-9A-Za-z-]*'
    OR octet_length(c) <> length(c)`,
  artifact: `typeof(c) <> 'text' OR octet_length(c) NOT BETWEEN 1 AND 800
    OR c GLOB '*[^0-9A-Za-z._/\\-]*' OR c GLOB '[./\\]*' OR c GLOB '*[/\\][./\\]*'
    OR c GLOB '*[./\\]' OR c GLOB '*.[/\\]*' OR octet_length(c) <> length(c)`,
  path: `typeof(c) <> 'text' OR octet_length(c) NOT BETWEEN 1 AND 131072 OR instr(c, char(0)) > 0`,
  name: `typeof(c) <> 'text' OR octet_length(c) > 40000`,
  text: `typeof(c) <> 'text' OR octet_length(c) > 67108864`,
  count: `typeof(c) <> 'integer' OR c NOT BETWEEN 0 AND 9007199254740991`,
  integer: `typeof(c) <> 'integer'`,
  moment: `typeof(c) <> 'integer' OR c NOT BETWEEN 0 AND 8640000000000000`,
  // Losses may be infinite; the others are measured as well.
  measure: `typeof(c) NOT IN ('real', 'integer')`,
  bytes: `typeof(c) <> 'blob' OR octet_length(c) > 67108864`,
  /** Checked by SQLite itself, as the CHECK of the column says. */
  word: `typeof(c) <> 'text' OR octet_length(c) > 100`,
} as const;

/** A kind of value. */
export type Kind = keyof typeof strange;

/** When a row was written, and its place among all. */
export const ordered = { created_ms: 'moment', sequence: 'integer' } as const;

/** The kinds of the columns of tables. */
export type ColumnKinds = Record<string, Record<string, Kind | `${Kind}?`>>;
