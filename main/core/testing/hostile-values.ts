import type { Database } from '../../store/database.ts';
import { columnKinds } from '../../store/file/column-kinds.ts';

/** Where the corpus lies: `root` is what the core may use, `outside` holds what it must not touch. */
export interface Sandbox {
  root: string;
  outside: string;
}

/** A project file that somebody made with an editor for SQLite or for bytes. */
export interface HostileProject {
  name: string;
  /** Changes rows of a project that has some in every table. */
  plant?: (db: Database, sandbox: Sandbox) => void;
  /** Puts files beside it, or something else in its place. */
  beside?: (path: string, sandbox: Sandbox) => void;
  /** Its jobs are resumed and its runs started as well: that takes engines. */
  hasJobs?: boolean;
}

const deep = (depth: number) => `${'['.repeat(depth)}1${']'.repeat(depth)}`;
const bidi = '\u202Egnp.exe\u001b]52;c;ZXZpbA==\u0007\u0000';

/** What columns of each kind are given; a name of each for the report. */
const values: Record<string, (sandbox: Sandbox) => Record<string, string | number>> = {
  id: () => ({
    'leads out': '../../../outside/victim',
    'is a device': 'nul',
    'is a share': String.raw`\\evil\share\x`,
    'has 10 MB': 'a'.repeat(10_000_000),
  }),
  hash: () => ({ 'leads out': '../../outside', 'has 10 MB': 'a'.repeat(10_000_000) }),
  artifact: ({ outside }) => ({
    'leads out': '../../outside/victim',
    'is absolute': `${outside}/victim`,
    'is a share': String.raw`\\evil\share\x`,
    'leads out of the folder and back': 'r/../../p.lima',
    'is a stream': 'r/1.gguf:x',
  }),
  path: ({ root, outside }) => ({
    'leads out': `${outside}/victim`,
    'leads out by a link': `${root}/link/victim`,
    'leads out by dots': `${root}/../outside/victim`,
    'is a share': String.raw`\\evil\share\x.gguf`,
    'is a device': '/dev/zero',
    'is a pipe': `${root}/pipe`,
    'is a folder': root,
    'is of Windows': String.raw`C:\Users\me\x.gguf`,
    'is relative': 'x.gguf',
    'has NUL': `${root}/tiny.gguf\0.txt`,
  }),
  name: () => ({ 'has 10 MB': 'n'.repeat(10_000_000), 'commands a terminal': bidi }),
  text: () => ({
    'nests deep': deep(100_000),
    'is no JSON': '{',
    'has another shape': '{"path":"/etc/passwd","messages":7}',
    'has huge numbers': '{"done":1e308,"total":-1e308,"etaMs":1e308,"phase":"x","unit":"y"}',
    'has a prototype': '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}',
  }),
  count: () => ({ 'is negative': -1, 'is beyond what counts': 2 ** 53 }),
  moment: () => ({ 'is no time': 8_640_000_000_000_001, 'is negative': -1 }),
  measure: () => ({ 'is 1e308': 1e308, 'is infinite': Number.POSITIVE_INFINITY }),
  word: () => ({ 'is unknown': 'sudo', 'commands a terminal': bidi }),
};

/** Each column of each table with what its kind should never hold. */
export const tamperedRows = (sandbox: Sandbox): HostileProject[] =>
  Object.entries(columnKinds).flatMap(([table, kinds]) =>
    Object.entries(kinds).flatMap(([column, kind]) =>
      Object.entries(values[kind.replace('?', '')]?.(sandbox) ?? {}).map(([how, value]) => ({
        name: `${table}.${column} ${how}`,
        // A job that is resumed reads its payload, and what that names.
        hasJobs: table === 'job' && column === 'payload_json',
        plant: (db: Database) => {
          db.prepare(`UPDATE OR IGNORE ${table} SET ${column} = ?`).run(value);
        },
      })),
    ),
  );

const storeJob = (kind: string, payload: unknown) => (db: Database) => {
  db.prepare(
    `INSERT INTO job (id, kind, title, state, payload_json, created_ms, sequence)
     VALUES ('stored', ?, 'stored', 'interrupted', ?, 1, 1)`,
  ).run(kind, typeof payload === 'string' ? payload : JSON.stringify(payload));
};

/** Jobs whose payloads name what they should not, for whoever resumes them. */
export function hostileJobs({ root, outside }: Sandbox): HostileProject[] {
  const places = {
    outside: `${outside}/victim`,
    'by a link': `${root}/link/victim`,
    'by dots': `${root}/x/../../outside/victim`,
    'on a share': String.raw`\\evil\share\x`,
    'in the settings': `${root}/user/settings.json`,
    'a pipe': `${root}/pipe`,
    nowhere: '',
  };
  const importing = { format: 'auto', dryRun: false, author: 'me' };
  const exporting = { checkpointId: 'c', kind: 'gguf', type: null, strength: 1 };
  const jobs = Object.entries(places).flatMap(([where, path]) => [
    { name: `an import from ${where}`, plant: storeJob('import', { ...importing, path }) },
    {
      name: `a model from ${where}`,
      plant: storeJob('add-model', { path, expectedSha256: null }),
    },
    { name: `an export to ${where}`, plant: storeJob('export', { ...exporting, path }) },
  ]);
  const others = [
    { name: 'a run that leads out', plant: storeJob('train', { runId: '../../../outside' }) },
    { name: 'a run that is not there', plant: storeJob('train', { runId: 'nobody' }) },
    { name: 'answers of nothing', plant: storeJob('generate', { evaluationId: '../x' }) },
    {
      name: 'an export over the project',
      plant: storeJob('export', { ...exporting, path: `${root}/base.lima` }),
    },
    { name: 'a job of an unknown kind', plant: storeJob('shell', { command: 'rm -rf /' }) },
    { name: 'a payload that nests deep', plant: storeJob('import', deep(100_000)) },
    { name: 'a payload that is a text', plant: storeJob('import', '"x"') },
    {
      name: 'a payload of 50 MB',
      plant: storeJob('import', JSON.stringify('x'.repeat(50_000_000))),
    },
  ];
  return [...jobs, ...others].map((job) => ({ ...job, hasJobs: true }));
}

/** Rows that no schema of one column refuses: what they say of each other. */
export const hostileRelations: readonly HostileProject[] = [
  ['every table but one is empty', 'DELETE FROM sample_version'],
  ['runs of a dataset that is not there', 'DELETE FROM dataset'],
  ['answers of systems that are not there', 'DELETE FROM system'],
  ['a run whose job is not there', "DELETE FROM job WHERE kind = 'train'"],
  ['samples of versions that are not there', "UPDATE sample SET current_version_id = 'nobody'"],
  [
    'undone batches in a circle',
    "INSERT INTO review_batch (id, author, undoes_batch_id, created_ms) VALUES ('z1', 'me', 'z2', 1), ('z2', 'me', 'z1', 2)",
  ],
  [
    'a batch that undoes itself',
    "INSERT INTO review_batch (id, author, undoes_batch_id, created_ms) VALUES ('z', 'me', 'z', 1)",
  ],
  ['a comparison of itself', 'UPDATE evaluation SET system_b_id = system_a_id'],
  [
    'a million steps',
    `INSERT INTO run_metric SELECT 'r', value, 1, 1, 1, 1, 1, 1 FROM (WITH RECURSIVE n (value) AS (SELECT 2 UNION ALL SELECT value + 1 FROM n LIMIT 200000) SELECT value FROM n)`,
  ],
  [
    '2,000 jobs under way',
    `INSERT INTO job (id, kind, title, state, payload_json, created_ms) SELECT 'j' || value, 'train', 't', 'running', '{"runId":"r"}', 1 FROM (WITH RECURSIVE n (value) AS (SELECT 2 UNION ALL SELECT value + 1 FROM n LIMIT 2000) SELECT value FROM n)`,
  ],
  ['64 million answers side by side', 'UPDATE evaluation SET parallel = 64000000'],
  ['a strength of 1e308', 'UPDATE system SET strength = 1e308'],
  ['no project row', 'DELETE FROM project'],
  ['a project of another id', "UPDATE project SET uuid = '../../x'"],
  ['an order at its end', 'UPDATE project SET last_sequence = 9007199254740991'],
  ['an order that runs ahead', 'UPDATE sample SET sequence = 4503599627370496'],
  ['a search index of noise', 'UPDATE sample_fts_data SET block = randomblob(500)'],
  ['a search index of its longest block', 'UPDATE sample_fts_data SET block = zeroblob(1000000)'],
  [
    'a search configuration of another version',
    "UPDATE sample_fts_config SET v = 99 WHERE k = 'version'",
  ],
].map(([name = '', sql = '']) => ({ name, plant: (db) => db.exec(sql) }));
