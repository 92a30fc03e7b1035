import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { countRow } from '../columns.ts';
import { get } from '../database.ts';
import { migrations } from '../migrations/registry.ts';
import { fillEveryTable } from '../testing/fill-every-table.ts';
import { hostileSchemas, writeHostileProject } from '../testing/hostile-schemas.ts';
import { writeOldProject } from '../testing/old-project.ts';
import { createProjectFile, openProjectFile } from './open-project-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-hostile-'));
const opener = new URL('../testing/open-strange-projects.ts', import.meta.url).pathname;
const mostMs = 10_000;
const untouched = (version: number) => join(folder, `untouched-${version}.lima`);

beforeAll(() => {
  for (const { version } of migrations) writeOldProject(untouched(version), version);
  createProjectFile(join(folder, 'new.lima')).close();
  copyFileSync(join(folder, 'new.lima'), untouched(migrations.length));
});
afterAll(() => rmSync(folder, { recursive: true }));

const outcome = z.object({
  path: z.string(),
  inspected: z.string(),
  opened: z.string(),
  tookMs: z.number(),
});

/** What a process that opens them one after another tells; it is killed when one takes too long. */
async function openAll(paths: readonly string[]): Promise<z.infer<typeof outcome>[]> {
  const list = join(folder, 'list.txt');
  writeFileSync(list, paths.join('\n'));
  const child = spawn(process.execPath, [opener, list], { stdio: ['ignore', 'pipe', 'inherit'] });
  const outcomes: z.infer<typeof outcome>[] = [];
  // The first also waits for the process to start.
  let timer = setTimeout(() => child.kill('SIGKILL'), 2 * mostMs);
  for await (const line of createInterface({ input: child.stdout })) {
    clearTimeout(timer);
    timer = setTimeout(() => child.kill('SIGKILL'), mostMs);
    outcomes.push(outcome.parse(JSON.parse(line)));
  }
  clearTimeout(timer);
  return outcomes;
}

const contents = (place: string) =>
  readdirSync(place).map((name) => {
    const bytes = readFileSync(join(place, name));
    return `${name} ${createHash('sha256').update(bytes).digest('hex')}`;
  });

const refusal = /^PROJECT_(INVALID|NEWER): .{40,600}\.$/s;

test.each(['file', 'log'] as const)(
  'every strange schema in the %s is refused in a sentence, within seconds, before it acts',
  async (where) => {
    const place = mkdtempSync(join(folder, `${where}-`));
    const paths = hostileSchemas.map((hostile, index) => {
      const path = join(place, `${index}.lima`);
      const source = untouched(hostile.version ?? migrations.length);
      writeHostileProject(source, path, hostile, where);
      return path;
    });
    for (const name of readdirSync(place)) if (name.includes('.made')) rmSync(join(place, name));
    const before = contents(place);
    const outcomes = await openAll(paths);
    const accepted = outcomes.flatMap(({ inspected, opened, tookMs }, index) =>
      refusal.test(inspected) && refusal.test(opened) && tookMs < mostMs
        ? []
        : `${hostileSchemas[index]?.name}: ${inspected} / ${opened} (${tookMs} ms)`,
    );
    expect(accepted).toEqual([]);
    expect(outcomes.map(({ path }) => path)).toEqual(paths);
    // Not a byte of them changed and nothing was made beside them: so no statement of theirs ran.
    expect(contents(place)).toEqual(before);
  },
  180_000,
);

test('the corpus has 200 schemas or more, each with a name of its own', () => {
  expect(new Set(hostileSchemas.map(({ name }) => name)).size).toBe(hostileSchemas.length);
  expect(hostileSchemas.length).toBeGreaterThanOrEqual(200);
});

// Without this the corpus could be of files that would do nothing anyway.
test('where nothing checks the schema, what is planted on inserts runs', () => {
  const live = hostileSchemas.filter(({ isLive }) => isLive);
  expect(live.length).toBeGreaterThanOrEqual(10);
  const silent: string[] = [];
  for (const [index, hostile] of live.entries()) {
    const path = join(folder, `live-${index}.lima`);
    writeHostileProject(untouched(migrations.length), path, hostile, 'file');
    const db = new Sqlite(path);
    fillEveryTable(db);
    const canaries = get(
      db,
      countRow,
      "SELECT count(*) AS n FROM prompt_set WHERE content_hash = 'canary'",
    );
    db.close();
    if (!canaries?.n) silent.push(hostile.name);
  }
  expect(silent).toEqual([]);
});

test('a project with statistics of its own opens, whatever numbers they hold', () => {
  const path = join(folder, 'statistics.lima');
  copyFileSync(untouched(migrations.length), path);
  const db = new Sqlite(path);
  fillEveryTable(db);
  db.exec('ANALYZE');
  db.unsafeMode(true);
  db.exec(`INSERT INTO sqlite_stat1 VALUES (NULL, NULL, NULL), ('vote', 'nobody', '-1 x'),
    ('vote', 'vote_by_comparison', '99999999999999999999 0 0 0 0 0 0 sz=-1 unordered'),
    ('sample', 'sample_by_status', ''), (x'00', x'ff', zeroblob(100000))`);
  db.exec(
    "INSERT INTO sqlite_stat4 SELECT tbl, idx, 'x', '-1', NULL, zeroblob(9999) FROM sqlite_stat1",
  );
  db.close();
  const file = openProjectFile(path);
  expect(get(file.db, countRow, 'SELECT count(*) AS n FROM vote')?.n).toBeGreaterThan(0);
  file.close();
});
