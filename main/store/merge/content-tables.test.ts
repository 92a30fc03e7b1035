import { expect, test } from 'vitest';
import { z } from 'zod';
import { all } from '../database.ts';
import { aProject } from '../testing/a-project.ts';
import { fillEveryTable } from '../testing/fill-every-table.ts';
import { contentTables } from './content-tables.ts';
import { projectContent } from './project-content.ts';

const columnRow = z.object({ table: z.string(), column: z.string() });

// Whoever adds a table or a column has to say here what becomes of it when copies are merged.
test('every table and column of the schema has a rule for merging, and no other has one', () => {
  using project = aProject();
  const columns = all(
    project.file.db,
    columnRow,
    `SELECT m.name AS "table", c.name AS "column" FROM sqlite_master m
     JOIN pragma_table_info(m.name) c
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
       AND m.name NOT LIKE 'sample\\_fts\\_%' ESCAPE '\\' ORDER BY 1, 2`,
  );
  const ruled = Object.entries(contentTables).flatMap(([table, { columns: rules }]) =>
    Object.keys(rules).map((column) => ({ table, column })),
  );
  const sorted = (rows: typeof ruled) => rows.map((row) => JSON.stringify(row)).toSorted();
  expect(sorted(ruled)).toEqual(sorted(columns));
});

test('the content of a project with rows in every table has lines of every table with content', () => {
  using project = aProject();
  fillEveryTable(project.file.db);
  const lines = [...projectContent(project.file.db)];
  const tables = new Set(
    lines.map((line) => z.tuple([z.string()]).rest(z.unknown()).parse(JSON.parse(line))[0]),
  );
  const expected = Object.entries(contentTables).flatMap(([table, { local }]) =>
    local === 'all' ? [] : [table],
  );
  expect([...tables].toSorted()).toEqual(expected.toSorted());
});
