import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { supportOf, trainingSupport } from '../../../shared/domain/model/training-support.ts';
import { architectureNames } from '../../gguf/model/architectures.ts';
import { trainableTypes } from '../../gguf/model/trainable.ts';
import { findTensorType } from '../../gguf/header/tensor-types.ts';
import { listFamily } from '../../trainer/ffi/devices.ts';
import { loadGgml } from '../../trainer/ffi/library.ts';
import { toFloatOf } from '../../trainer/ffi/native-calls.ts';
import { measureSupport, type SupportCell } from './measure-support.ts';
import { readTable, tableMarkers, toSupport, withTable } from './support-text.ts';

// Vulkan shows a processor behind Mesa's software driver only to those who ask for it.
process.env['GGML_VK_VISIBLE_DEVICES'] ??= '0';

/** What the table says of measured cells. */
function listed(family: string, cells: readonly SupportCell[]): string[] {
  const device = trainingSupport.find((one) => one.family === family);
  if (!device) throw new Error(`The table has nothing of ${family}`);
  return cells.map(({ architecture, type }) => supportOf(device, architecture, type));
}

const found = (cells: readonly SupportCell[]) =>
  cells.map(({ passed }) => (passed ? 'trained' : 'refused'));

/** Every type once, every architecture several times; `npm run support` measures all pairs. */
const isSampled = (architecture: string, type: string) =>
  trainableTypes.findIndex((name) => name === type) % architectureNames.length ===
  architectureNames.findIndex((name) => name === architecture);

test('the CPU trains what the table says it trains, no more and no less', async () => {
  const cells = await measureSupport('cpu', isSampled);
  expect(cells).toHaveLength(trainableTypes.length);
  expect(found(cells)).toEqual(listed('cpu', cells));
}, 60_000);

const vulkan = listFamily('vulkan');
if (vulkan.devices.length === 0)
  process.stderr.write(`The table's Vulkan cells were not repeated: ${vulkan.problem}\n`);

/** One kind: a software driver compiles the shaders of each type for seconds, once per machine. */
const isVulkanSample = (architecture: string, type: string) =>
  architecture === 'llama' && type === 'Q8_0';
const vulkanTimeoutMs = 240_000;

describe.runIf(vulkan.devices.length > 0)('on Vulkan', () => {
  test(
    'a quantized base trains as the table says',
    async () => {
      const cells = await measureSupport('vulkan0', isVulkanSample);
      expect(cells).toHaveLength(1);
      expect(found(cells)).toEqual(listed('vulkan', cells));
    },
    vulkanTimeoutMs,
  );
});

test('the table holds exactly the architectures and types that are listed as trainable', () => {
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

const cell = (type: string, passed: boolean) => ({
  architecture: 'llama',
  type,
  passed,
  detail: `${type} differs`,
});

test('measuring some types again keeps the others and takes back a pass that was lost', () => {
  const device = { family: 'vulkan', measuredOn: 'a card' };
  const first = toSupport(device, [cell('F32', true), cell('F16', true), cell('Q8_0', false)]);
  expect(first).toMatchObject({ types: { llama: 'F32 F16' } });
  expect(first.refused).toEqual({ 'llama Q8_0': 'Q8_0 differs' });
  const second = toSupport(device, [cell('F16', false), cell('Q8_0', true)], first);
  expect(second.types).toEqual({ llama: 'F32 Q8_0' });
  expect(second.refused).toEqual({ 'llama F16': 'F16 differs' });
  expect(supportOf(second, 'llama', 'BF16')).toBe('not measured');
});

test('the README shows the table that was measured', async () => {
  const readme = await readFile(join(import.meta.dirname, '../../../README.md'), 'utf8');
  const expected = withTable(tableMarkers.join('\n'), trainingSupport);
  expect(readTable(readme)).toBe(readTable(expected));
});
