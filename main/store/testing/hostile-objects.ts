import type { Database } from '../database.ts';
import {
  alter,
  canary,
  plantRow,
  slow,
  statistics,
  table,
  trigger,
  view,
  type HostileSchema,
} from './plant-schema.ts';

const endless =
  'DELETE FROM prompt WHERE id IN (WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n)';

const names = [
  'evil',
  'sqlite_statZ',
  'sqlite_stat1',
  'sqlite_stat4',
  'sqlite_stat',
  'SQLITE_STAT1',
  'sqlite_statistics',
  'sqlite_sequence',
  'sqlite_autoindex_vote_9',
  'sqlite_master',
  'sqlite_schema',
  'sqlite_temp_master',
  'vote',
  'VOTE',
  'v\u043Ete',
  'vote\u0000',
  'sample_fts_data',
  '',
  ' ',
  'a"b',
  'x\u202Ey',
  'n'.repeat(5000),
];
const tables = ['job', 'vote', 'sample', 'review_batch', 'dataset', 'project', 'schema_migration'];
const shown = (name: string) => JSON.stringify(name.slice(0, 30));

/** Triggers that are not ours. */
export const triggers: readonly HostileSchema[] = [
  ...names.map((name) => ({
    name: `a trigger named ${shown(name)}`,
    plant: trigger(name, 'job', canary),
  })),
  ...tables.flatMap((table) =>
    ['AFTER INSERT', 'BEFORE INSERT', 'AFTER UPDATE', 'BEFORE DELETE'].map((event) => ({
      name: `a trigger sqlite_statZ ${event} on ${table}`,
      isLive: event.endsWith('INSERT') && table !== 'project' && table !== 'schema_migration',
      plant: trigger('sqlite_statZ', table, canary, event),
    })),
  ),
  { name: 'a trigger that never ends', plant: trigger('sqlite_statZ', 'job', endless) },
  {
    name: 'a trigger that empties datasets',
    plant: trigger('sqlite_stat9', 'review', 'DELETE FROM dataset_item'),
  },
  {
    name: 'a trigger with the text of a statistics table',
    plant: plantRow({
      type: 'trigger',
      name: 'sqlite_stat1',
      tbl_name: 'job',
      rootpage: 0,
      sql: 'CREATE TABLE sqlite_stat1(tbl,idx,stat)',
    }),
  },
  {
    name: 'a table whose text makes a trigger',
    plant: plantRow({
      type: 'table',
      name: 'sqlite_stat1',
      tbl_name: 'sqlite_stat1',
      rootpage: 0,
      sql: `CREATE TRIGGER sqlite_stat1 AFTER INSERT ON job BEGIN ${canary}; END`,
    }),
  },
  {
    name: 'a trigger behind the text of ours',
    plant: alter('vote_by_comparison', 'sql = sql || @more', {
      more: `; CREATE TRIGGER t AFTER INSERT ON job BEGIN ${canary}; END`,
    }),
  },
];

/** Views that are not ours. */
export const views: readonly HostileSchema[] = [
  ...names.map((name) => ({
    name: `a view named ${shown(name)}`,
    plant: view(name, 'SELECT * FROM sample'),
  })),
  ...['project', 'job', 'sample', 'schema_migration', 'sample_fts'].map((name) => ({
    name: `a view in place of ${name}`,
    plant: (db: Database) => {
      db.prepare('DELETE FROM sqlite_master WHERE name = ?').run(name);
      view(
        name,
        'WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n',
      )(db);
    },
  })),
];

const statisticsTables: [string, string, string?][] = [
  ['sqlite_stat1', 'tbl,idx,stat,more'],
  ['sqlite_stat1', 'tbl,idx'],
  ['sqlite_stat1', 'tbl, idx, stat'],
  ['sqlite_stat1', 'tbl,idx,STAT'],
  ['sqlite_stat1', `tbl,idx,stat AS ${slow}`],
  ['sqlite_stat1', `tbl,idx,stat DEFAULT ${slow}`],
  ['sqlite_stat1', `tbl,idx,stat CHECK ${slow}`],
  ['sqlite_stat1', 'tbl PRIMARY KEY,idx,stat', ' WITHOUT ROWID'],
  ['sqlite_stat1', 'tbl,idx,stat', ' -- more'],
  ['sqlite_stat2', 'tbl,idx,sampleno,sample'],
  ['sqlite_stat3', 'tbl,idx,neq,nlt,ndlt,sample'],
  ['sqlite_stat4', 'tbl,idx,neq,nlt,ndlt,sample,x'],
  ['SQLITE_STAT4', 'tbl,idx,neq,nlt,ndlt,sample'],
  ['sqlite_sequence', 'name,seq'],
];

/** Tables that are not ours. */
export const addedTables: readonly HostileSchema[] = [
  ...names.map((name) => ({ name: `a table named ${shown(name)}`, plant: table(name, 'x') })),
  ...statisticsTables.map(([name, columns, end]) => ({
    name: `a table ${name}(${columns.slice(0, 40)})${end ?? ''}`,
    plant: statistics(name, columns, end),
  })),
  ...[
    'fts5(x)',
    'fts4(x)',
    'fts3(x)',
    'rtree(id, a, b)',
    'geopoly(a)',
    'dbstat',
    'fts5vocab(sample_fts, row)',
    'json_each',
    'pragma_function_list',
    'nobody(x)',
  ].map((module) => ({
    name: `a virtual table of ${module}`,
    plant: plantRow({
      type: 'table',
      name: 'sqlite_stat9',
      tbl_name: 'sqlite_stat9',
      rootpage: 0,
      sql: `CREATE VIRTUAL TABLE sqlite_stat9 USING ${module}`,
    }),
  })),
  {
    name: 'the search table with another tokenizer',
    plant: alter('sample_fts', "sql = replace(sql, 'unicode61 remove_diacritics 2', 'porter')"),
  },
  {
    name: 'the search table with foreign content',
    plant: alter('sample_fts', "sql = replace(sql, 'content=''''', 'content=''job''')"),
  },
];
