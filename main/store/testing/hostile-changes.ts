import type { Database } from '../database.ts';
import {
  alter,
  canary,
  plantRow,
  slow,
  table,
  trigger,
  view,
  type HostileSchema,
} from './plant-schema.ts';

// What a text can be given that changes what it does, or only how it reads.
const edits: Record<string, string> = {
  'a computed default': `replace(sql, 'created_ms INTEGER', 'created_ms INTEGER DEFAULT ${slow.replaceAll("'", "''")}')`,
  'a CHECK that computes': `replace(sql, 'created_ms INTEGER', 'created_ms INTEGER CHECK ${slow.replaceAll("'", "''")}')`,
  'a generated column': `replace(sql, 'created_ms INTEGER', 'x AS (1), created_ms INTEGER')`,
  'a stored generated column': `replace(sql, 'created_ms INTEGER', 'x AS (1) STORED, created_ms INTEGER')`,
  'another collation': `replace(sql, 'id TEXT', 'id TEXT COLLATE NOCASE')`,
  'ON CONFLICT REPLACE': `replace(sql, 'created_ms INTEGER NOT NULL', 'created_ms INTEGER NOT NULL ON CONFLICT REPLACE')`,
  'ON DELETE CASCADE': `sql || ' REFERENCES job (id) ON DELETE CASCADE'`,
  'no STRICT': `replace(sql, 'STRICT', '')`,
  'WITHOUT ROWID': `replace(sql, 'STRICT', 'STRICT, WITHOUT ROWID')`,
  'a comment': `sql || ' -- harmless'`,
  'a space more': `sql || ' '`,
  'a NUL and more': `sql || char(0) || 'more'`,
  'other case': `lower(sql)`,
  'a semicolon': `sql || ';'`,
  'bytes for text': `CAST(sql AS BLOB)`,
};

const changedTables: HostileSchema[] = Object.entries(edits).flatMap(([what, edit]) =>
  ['sample', 'job', 'run', 'dataset'].map((name) => ({
    name: `the table ${name} with ${what}`,
    plant: alter(
      name,
      `sql = ${edit.includes('id TEXT') ? `replace(${edit}, 'seq INTEGER', 'seq  INTEGER')` : edit}`,
    ),
  })),
);

const indexes: HostileSchema[] = [
  ...[
    'CREATE INDEX sample_by_status ON sample (status, seq) WHERE abs(seq) > 1',
    "CREATE INDEX sample_by_status ON sample (printf('%.*c', 900000000, status), seq)",
    'CREATE INDEX sample_by_status ON sample (status, seq DESC)',
    'CREATE INDEX sample_by_status ON sample (status COLLATE NOCASE, seq)',
    'CREATE UNIQUE INDEX sample_by_status ON sample (status, seq)',
    'CREATE INDEX sample_by_status ON job (state, id)',
    null,
    '',
  ].map((sql) => ({
    name: `an index of ours as ${sql}`,
    plant: alter('sample_by_status', 'sql = @sql', { sql }),
  })),
  ...['sqlite_autoindex_vote_1', 'sqlite_autoindex_vote_2', 'sqlite_stat1'].map((name) => ({
    name: `an index without a text named ${name}`,
    plant: plantRow({ type: 'index', name, tbl_name: 'vote', rootpage: 5, sql: null }),
  })),
  {
    name: 'an index of our table that is not ours',
    plant: (db) => db.exec('CREATE INDEX sqlite9 ON sample (lower(source)) WHERE length(id) > 1'),
  },
];

const roots: HostileSchema[] = [
  ...[0, 1, -1, 2 ** 31, 2 ** 40, 999_999, 'text', null, 2.5, Buffer.from('2')].map((rootpage) => ({
    name: `a table that starts at page ${rootpage instanceof Buffer ? 'of bytes' : JSON.stringify(rootpage)}`,
    plant: alter('vote', 'rootpage = @rootpage', { rootpage }),
  })),
  ...['job', 'sample_by_status', 'sqlite_autoindex_vote_1'].map((other) => ({
    name: `a table that starts where ${other} does`,
    plant: alter('vote', '(rootpage) = (SELECT rootpage FROM sqlite_master WHERE name = @other)', {
      other,
    }),
  })),
  {
    name: 'statistics that start where a table of ours does',
    plant: alter(
      'sqlite_stat1',
      "rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'vote')",
    ),
  },
  {
    name: 'an index that starts where its table does',
    plant: alter(
      'sample_by_status',
      "rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'sample')",
    ),
  },
  { name: 'a search table with a page', plant: alter('sample_fts', 'rootpage = 2') },
];

const rows: HostileSchema[] = [
  {
    name: 'a row twice',
    plant: (db) =>
      db.exec("INSERT INTO sqlite_master SELECT * FROM sqlite_master WHERE name = 'vote'"),
  },
  {
    name: 'every row twice',
    plant: (db) => db.exec('INSERT INTO sqlite_master SELECT * FROM sqlite_master'),
  },
  {
    name: 'a row of nothing',
    plant: plantRow({ type: null, name: null, tbl_name: null, rootpage: null, sql: null }),
  },
  {
    name: 'a row without a name',
    plant: plantRow({
      type: 'table',
      name: null,
      tbl_name: 'vote',
      rootpage: 2,
      sql: 'CREATE TABLE x (y)',
    }),
  },
  {
    name: 'a name of bytes',
    plant: plantRow({
      type: 'trigger',
      name: Buffer.from('sqlite_stat1'),
      tbl_name: 'job',
      rootpage: 0,
      sql: `CREATE TRIGGER sqlite_stat1 AFTER INSERT ON job BEGIN ${canary}; END`,
    }),
  },
  ...['TABLE', 'tabel', 'Trigger', '', 7].map((type) => ({
    name: `a row of the type ${JSON.stringify(type)}`,
    plant: alter('vote', 'type = @type', { type }),
  })),
  ...['job', 'VOTE', '', null].map((of) => ({
    name: `an index said to be of ${JSON.stringify(of)}`,
    plant: alter('vote_by_comparison', 'tbl_name = @of', { of }),
  })),
  { name: 'a table under the name of another', plant: alter('vote', "name = 'Vote'") },
  {
    name: 'a table less',
    plant: (db) => db.exec("DELETE FROM sqlite_master WHERE tbl_name = 'vote'"),
  },
  { name: 'an index less', plant: (db) => db.exec('DROP INDEX sample_by_status') },
  { name: 'no schema at all', plant: (db) => db.exec('DELETE FROM sqlite_master') },
  {
    name: '100,000 rows more',
    plant: (db) =>
      db.exec(
        "INSERT INTO sqlite_master SELECT 'table', 'x' || value, 'x' || value, 2, 'CREATE TABLE x' || value || ' (y)' FROM json_each('[' || substr(replace(hex(zeroblob(50000)), '0', ',0'), 2) || ']')",
      ),
  },
  { name: 'a text of 50 MB', plant: alter('vote', 'sql = sql || hex(zeroblob(25000000))') },
  {
    name: 'a text that nests 100,000 deep',
    plant: plantRow({
      type: 'view',
      name: 'v',
      tbl_name: 'v',
      rootpage: 0,
      sql: `CREATE VIEW v AS SELECT ${'('.repeat(100_000)}1${')'.repeat(100_000)}`,
    }),
  },
];

const otherVersions: HostileSchema[] = [1, 2, 3, 4, 5].flatMap((version) => [
  {
    name: `version ${version} with a trigger sqlite_statZ`,
    version,
    plant: trigger('sqlite_statZ', 'job', canary),
  },
  {
    name: `version ${version} with a trigger on what its migration writes`,
    version,
    plant: trigger('sqlite_statZ', 'schema_migration', canary),
  },
  {
    name: `version ${version} with a table of a later one`,
    version,
    plant: table('run_warning', 'x'),
  },
  { name: `version ${version} with a view`, version, plant: view('new_job', 'SELECT 1') },
  {
    name: `version ${version} that says it is another`,
    version,
    plant: (db: Database) => db.pragma(`user_version = ${version + 1}`),
  },
  {
    name: `version ${version} without its list of steps`,
    version,
    plant: (db: Database) => db.exec("DELETE FROM sqlite_master WHERE name = 'schema_migration'"),
  },
]);

const headers: HostileSchema[] = [
  ...[0, 5, 99, -1].map((version) => ({
    name: `the newest schema as version ${version}`,
    plant: (db: Database) => db.pragma(`user_version = ${version}`),
  })),
  { name: 'another application id', plant: (db) => db.pragma('application_id = 7') },
];

/** Changes of what is ours: texts, indexes, pages, rows, versions, the header. */
export const hostileChanges: readonly HostileSchema[] = [
  ...changedTables,
  ...indexes,
  ...roots,
  ...rows,
  ...otherVersions,
  ...headers,
];
