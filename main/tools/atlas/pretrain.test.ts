import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readGguf } from '../../gguf/read-gguf.ts';
import { demoFiles } from '../../headless/demo/make-plan.ts';
import { writeBlankModel, atlasVocabulary } from './blank-model.ts';
import { readCountries } from '../../headless/demo/countries.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'atlas-pretrain-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const shapeOf = async (path: string) => {
  const { tensors, metadata } = await readGguf(path);
  const named = metadata.get('general.name')?.value;
  return { named, tensors: tensors.map(({ name, ne, type }) => ({ name, ne, type })) };
};

test('the script makes a model of the same name and tensors as the one in the repository', async () => {
  const out = join(folder, 'atlas.gguf');
  const script = join(import.meta.dirname, 'pretrain.ts');
  const words = [script, '--steps', '0.002', '--threads', '1', '--out', out];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  expect(stdout).toContain('few stage: 40 countries');
  expect(await shapeOf(out)).toEqual(await shapeOf(demoFiles.model));
}, 60_000);

test('equal seeds give equal random weights, and different seeds different ones', async () => {
  const vocabulary = atlasVocabulary(readCountries());
  const hashes: string[] = [];
  for (const seed of [1, 1, 2])
    hashes.push((await writeBlankModel(join(folder, 'blank.gguf'), vocabulary, seed)).sha256);
  expect(hashes[1]).toBe(hashes[0]);
  expect(hashes[2]).not.toBe(hashes[0]);
});
