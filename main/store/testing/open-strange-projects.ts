import { readFileSync } from 'node:fs';
import { inspectProjectFile } from '../file/inspect-project-file.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { fillEveryTable } from './fill-every-table.ts';

// Opens each project of a list as the product does and works with it if it opens; tells after each
// what happened, so that whoever waits sees which one hangs.
const said = (work: () => unknown): string => {
  try {
    work();
    return 'ok';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
    return `${code}: ${error instanceof Error ? error.message : String(error)}`;
  }
};

for (const path of readFileSync(process.argv[2] ?? '', 'utf8').split('\n')) {
  const startMs = performance.now();
  const inspected = said(() => inspectProjectFile(path));
  const opened = said(() => {
    const file = openProjectFile(path);
    try {
      fillEveryTable(file.db);
    } finally {
      file.close();
    }
  });
  const tookMs = Math.round(performance.now() - startMs);
  process.stdout.write(`${JSON.stringify({ path, inspected, opened, tookMs })}\n`);
}
