import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { trainingSupport } from '../../../shared/domain/training-support.ts';
import { measureSupport } from './measure-support.ts';
import { supportTable, toSupport, withTable } from './support-text.ts';

/**
 * Trains every kind of model on a device (`--device`, default `cpu`) and writes what passed to
 * shared/domain/training-support.ts and the README; other devices keep what was measured of them.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { device: { type: 'string', default: 'cpu' } } });
  const family = values.device.replace(/\d+$/, '');
  const cells = await measureSupport(values.device);
  for (const { architecture, type, passed, detail } of cells)
    console.log(`${passed ? 'yes' : 'NO '} ${architecture} ${type}: ${detail}`);
  const others = trainingSupport.filter((known) => known.family !== family);
  const support = [...others, toSupport(family, cells)].toSorted((a, b) =>
    a.family.localeCompare(b.family),
  );
  const root = resolve(import.meta.dirname, '../../..');
  const dataPath = join(root, 'shared/domain/training-support.ts');
  const readmePath = join(root, 'README.md');
  const data = await readFile(dataPath, 'utf8');
  const start = 'export const trainingSupport: readonly DeviceSupport[] = ';
  const head = data.slice(0, data.indexOf(start) + start.length);
  await writeFile(dataPath, `${head}${JSON.stringify(support)};\n`);
  const readme = await readFile(readmePath, 'utf8');
  await writeFile(readmePath, withTable(readme, supportTable(support)));
  const prettier = join(root, 'node_modules/.bin/prettier');
  await promisify(execFile)(process.execPath, [prettier, '--write', dataPath, readmePath]);
}

await main();
