import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { recipeSchema, type RecipeInput } from '../../../shared/domain/recipe/recipe.ts';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { temporaryFolder } from '../testing/open-model.ts';
import { planMemory } from './plan-memory.ts';
import { requireMemory } from './require-memory.ts';

const folder = await temporaryFolder();
afterAll(() => folder[Symbol.asyncDispose]());
const basePath = join(folder.path, 'base.gguf');
await writeTinyModel(basePath, { embeddingLength: 256, feedForwardLength: 512, layers: 4 });

const inputOf = (tokens: number, fields: RecipeInput = {}) => ({
  basePath,
  recipe: recipeSchema.parse(fields),
  pack: { tokens, rows: tokens },
});

test('a plan counts every tensor of adapter, gradients and moments', async () => {
  const { trainedBytes } = await planMemory(inputOf(64, { rank: 8 }));
  // A and B of 4 attention layers of 256 by 256 and 3 feed-forward layers of 256 by 512.
  const parameters = 4 * 8 * (4 * 512 + 3 * 768);
  // Weight, gradient and two moments, and at most one transposed copy.
  expect(trainedBytes).toBeGreaterThan(4 * 4 * parameters * 0.99);
  expect(trainedBytes).toBeLessThan(5 * 4 * parameters * 1.1);
});

test('a longer pack takes more working memory, and no more for the model', async () => {
  const short = await planMemory(inputOf(128));
  const long = await planMemory(inputOf(512));
  expect(long.graphBytes / short.graphBytes).toBeGreaterThan(3.5);
  expect(long.modelBytes).toBe(short.modelBytes);
});

test('LoRA dropout takes little more than 4.5 bits for each input of a branch', async () => {
  const [plain, dropped] = [inputOf(512), inputOf(512, { loraDropout: 0.1 })];
  const more = (await planMemory(dropped)).graphBytes - (await planMemory(plain)).graphBytes;
  // 4 layers whose branches read 6 times 256 and once 512 inputs.
  const inputs = 4 * (6 * 256 + 512) * 512;
  expect(more / inputs).toBeLessThan(1);
});

test('planning a run allocates less than half of the memory that the run takes', async () => {
  const before = process.memoryUsage().rss;
  const { graphBytes } = await planMemory(inputOf(4096));
  expect(graphBytes).toBeGreaterThan(200 * 2 ** 20);
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20);
});

test('a run that will not fit is refused, with a change after which it would', async () => {
  const { totalBytes } = await planMemory(inputOf(2048));
  const { totalBytes: halfBytes } = await planMemory(inputOf(1024));
  const between = (totalBytes + halfBytes) / 2;
  await expect(requireMemory(inputOf(2048), between)).rejects.toMatchObject({
    code: 'OUT_OF_MEMORY',
    message: expect.stringMatching(/With maxTokens 1024 .* which fits\./),
  });
  await expect(requireMemory(inputOf(2048), 2 ** 20)).rejects.toMatchObject({
    message: expect.stringMatching(/smaller base model/),
  });
});
