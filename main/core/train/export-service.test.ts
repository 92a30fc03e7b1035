import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Checkpoint } from '../../../shared/domain/run.ts';
import { shortRecipe, TestCore } from '../testing/a-core.ts';

let core: TestCore;
let modelPath: string;
let checkpoint: Checkpoint | undefined;

// One run for all: it takes longer than what is asked of it.
beforeAll(async () => {
  core = await TestCore.start();
  const { jobId, runId, model } = await core.startRun(shortRecipe);
  await core.job(jobId);
  modelPath = model.path;
  checkpoint = (await core.client.runs.get({ id: runId })).checkpoints.at(-1);
});
afterAll(() => core[Symbol.asyncDispose]());

test('a finished run is exported by a job, and what cannot be is refused before it starts', async () => {
  const checkpointId = checkpoint?.id ?? '';
  const path = core.path('merged.gguf');
  const request = { checkpointId, kind: 'merged', type: 'Q8_0', path } as const;
  const job = await core.job((await core.client.runs.export(request)).jobId);
  expect(job).toMatchObject({ state: 'succeeded', result: { path } });
  expect(existsSync(path)).toBe(true);
  const added = await core.job((await core.client.models.add({ path })).jobId);
  expect(added).toMatchObject({ state: 'succeeded' });
  await expect(core.client.runs.export(request)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  const forOllama = { checkpointId, kind: 'ollama', path: core.path('ollama') } as const;
  const folder = await core.job((await core.client.runs.export(forOllama)).jobId);
  expect(folder).toMatchObject({ state: 'succeeded', result: { path: core.path('ollama') } });
  const modelfile = readFileSync(core.path('ollama/Modelfile'), 'utf8');
  expect(modelfile).toContain('{{- .Content }}<|im_end|>\n<|im_start|>assistant\n');
  expect(modelfile).toContain('PARAMETER stop "<|im_end|>"\n');
  writeFileSync(core.path('notes'), 'mine');
  const onNotes = core.client.runs.export({ ...request, path: core.path('notes') });
  await expect(onNotes).rejects.toMatchObject({ code: 'FILE_EXISTS' });
  expect(readFileSync(core.path('notes'), 'utf8')).toBe('mine');
  const untyped = { ...request, type: null, path: core.path('other.gguf') };
  await expect(core.client.runs.export(untyped)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

/** Changes one byte of a file and nothing else of it. */
function flip(path: string): void {
  const bytes = readFileSync(path);
  const last = bytes.length - 100;
  bytes[last] = (bytes[last] ?? 0) ^ 0x40;
  writeFileSync(path, bytes);
}

test('an export is refused when the bytes of its adapter or base have changed', async () => {
  const { id: checkpointId = '', path: adapterPath = '' } = checkpoint ?? {};
  const exportAs = async (kind: 'gguf' | 'merged') => {
    const path = core.path(`changed-${kind}.gguf`);
    const request = { checkpointId, kind, type: 'F16', path } as const;
    const { state, error } = await core.job((await core.client.runs.export(request)).jobId);
    return { state, code: error?.code, isWritten: existsSync(path) };
  };
  const refused = { state: 'failed', code: 'MODEL_CHANGED', isWritten: false };
  flip(modelPath);
  expect(await exportAs('merged')).toEqual(refused);
  flip(modelPath);
  flip(adapterPath);
  expect(await exportAs('gguf')).toEqual(refused);
  flip(adapterPath);
  expect(await exportAs('merged')).toMatchObject({ state: 'succeeded', isWritten: true });
});
