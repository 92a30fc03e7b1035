import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { defaultFewShot } from '../../../shared/domain/few-shot.ts';
import { readSystemSettings } from './system-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));
const template = join(folder, 'a=b.jinja');
writeFileSync(template, '{{ messages }}');

test('a template and examples are of the system that is named, by its words or its number', async () => {
  const systems = ['m.gguf', 'm.gguf+run', 'answers:x', 'm.gguf'];
  const read = (given: Parameters<typeof readSystemSettings>[1]) =>
    readSystemSettings(systems, given);
  expect(await read({ template: [`m.gguf+run=${template}`], 'few-shot': ['4=default'] })).toEqual([
    {},
    { chatTemplate: '{{ messages }}' },
    {},
    { fewShot: defaultFewShot },
  ]);
  await expect(read({ template: ['m.gguf=x'] })).rejects.toThrow('Say its number instead, as 1=');
  await expect(read({ 'few-shot': ['default'] })).rejects.toThrow('1 m.gguf, 2 m.gguf+run, 3');
  await expect(read({ 'few-shot': ['answers:x=default'] })).rejects.toThrow('are asked nothing');
  await expect(read({ 'few-shot': ['1=default', '1=default'] })).rejects.toThrow('twice');
});
