import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import {
  trainingSupport,
  type DeviceSupport,
} from '../../../shared/domain/model/training-support.ts';
import { trainableTypes } from '../../gguf/model/trainable.ts';
import { familyOf, listFamily } from '../../trainer/ffi/devices.ts';
import { measureSupport } from './measure-support.ts';
import { toSupport, withTable } from './support-text.ts';

const start = 'export const trainingSupport: readonly DeviceSupport[] = ';

/**
 * Trains every kind of model on a device (`--device`, default `cpu`) and writes what passed to
 * shared/domain/model/training-support.ts and the README; other devices keep what was measured of them,
 * and so do types that are not among `--types` (names with commas between them).
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      device: { type: 'string', default: 'cpu' },
      types: { type: 'string', default: trainableTypes.join() },
    },
  });
  const family = familyOf(values.device);
  const { description = values.device } =
    listFamily(family).devices.find(({ id }) => id === values.device) ?? {};
  const types = values.types.split(',');
  const cells = await measureSupport(values.device, (_, type) => types.includes(type));
  for (const { architecture, type, passed, detail } of cells)
    console.log(`${passed ? 'yes' : 'NO '} ${architecture} ${type}: ${detail}`);
  const isPart = types.length < trainableTypes.length;
  const known = isPart ? trainingSupport.find((one) => one.family === family) : undefined;
  const measuredOn = [...new Set([known?.measuredOn ?? description, description])].join(' and ');
  await writeSupport(toSupport({ family, measuredOn }, cells, known));
}

/** Puts what was measured of a device in the place of what was known of its family. */
async function writeSupport(measured: DeviceSupport): Promise<void> {
  const others = trainingSupport.filter(({ family }) => family !== measured.family);
  const support = [...others, measured].toSorted((a, b) => a.family.localeCompare(b.family));
  const root = resolve(import.meta.dirname, '../../..');
  const dataPath = join(root, 'shared/domain/model/training-support.ts');
  const readmePath = join(root, 'README.md');
  const data = await readFile(dataPath, 'utf8');
  const from = data.indexOf(start);
  const after = data.indexOf('\n];', from) + '\n];'.length;
  const list = `${start}${JSON.stringify(support, null, 2)};`;
  await writeFile(dataPath, `${data.slice(0, from)}${list}${data.slice(after)}`);
  await writeFile(readmePath, withTable(await readFile(readmePath, 'utf8'), support));
  const prettier = join(root, 'node_modules/.bin/prettier');
  await promisify(execFile)(process.execPath, [prettier, '--write', dataPath, readmePath]);
}

await main();
