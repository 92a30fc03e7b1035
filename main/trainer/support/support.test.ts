import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { trainingSupport } from '../../../shared/domain/training-support.ts';
import { architectureNames } from '../../engines/gguf/model/architectures.ts';
import { trainableTypes } from '../../engines/gguf/model/trainable-types.ts';
import { findTensorType } from '../../engines/gguf/tensor-types.ts';
import { loadGgml } from '../ffi/library.ts';
import { toFloatOf } from '../ffi/native-calls.ts';
import { measureSupport } from './measure-support.ts';
import { readTable, supportTable, tableMarkers, withTable } from './support-text.ts';

/** Every type once, every architecture several times; `npm run support` measures all pairs. */
const isSampled = (architecture: string, type: string) =>
  trainableTypes.findIndex((name) => name === type) % architectureNames.length ===
  architectureNames.findIndex((name) => name === architecture);

test('the CPU trains what the table says it trains, no more and no less', async () => {
  const cpu = trainingSupport.find(({ family }) => family === 'cpu');
  const cells = await measureSupport('cpu', isSampled);
  expect(cells).toHaveLength(trainableTypes.length);
  const listed = cells.map(({ architecture, type }) =>
    (cpu?.types[architecture] ?? '').split(' ').includes(type),
  );
  expect(cells.map(({ passed }) => passed)).toEqual(listed);
}, 60_000);

test('a model that is listed as trainable is in the table, and the other way round', () => {
  const cpu = trainingSupport.find(({ family }) => family === 'cpu');
  expect(Object.keys(cpu?.types ?? {})).toEqual(architectureNames);
  for (const types of Object.values(cpu?.types ?? {}))
    expect(types.split(' ')).toEqual([...trainableTypes]);
});

test('no type that ggml can turn into floats is left out', () => {
  const ggml = loadGgml();
  const known = Array.from({ length: 64 }, (_, id) => findTensorType(id)).filter((type) => !!type);
  const usable = known.filter(({ id }) => toFloatOf(ggml.ggml_get_type_traits(id)) !== undefined);
  const names = ['F32', ...usable.map(({ name }) => name)];
  expect(names.toSorted()).toEqual([...trainableTypes].toSorted());
});

test('the README shows the table that was measured', async () => {
  const readme = await readFile(join(import.meta.dirname, '../../../README.md'), 'utf8');
  const expected = withTable(tableMarkers.join('\n'), supportTable(trainingSupport));
  expect(readTable(readme)).toBe(readTable(expected));
});
