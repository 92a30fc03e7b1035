import { createHash } from 'node:crypto';
import { copyFile, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { getString } from '../gguf/header/gguf-file.ts';
import { adapterBaseKey } from '../gguf/model/adapter-base.ts';
import { readGguf } from '../gguf/read-gguf.ts';
import { EngineRequestError } from '../engines/engine-process.ts';
import type { EncodeParams, SystemFiles } from '../engines/protocol/inference.ts';
import { startInference } from '../engines/start-engines.ts';
import {
  ask,
  createTestFolder,
  greedy,
  withTestAdapter,
  writeTestSystem,
} from './testing/test-system.ts';
import { testFiles } from '../engines/testing/test-files.ts';

let folder: Awaited<ReturnType<typeof createTestFolder>>;
let engine: ReturnType<typeof startInference>;
let system: SystemFiles;

beforeAll(async () => {
  folder = await createTestFolder();
  system = await writeTestSystem(folder.file('base.gguf'));
  engine = startInference(testFiles);
});

afterAll(async () => {
  engine.kill();
  await engine.exited;
  await folder[Symbol.asyncDispose]();
});

const chat = (from: SystemFiles, content = 'Hello') =>
  engine.request('chat', { system: from, messages: ask(content), sampling: greedy });

async function refusal(promise: Promise<unknown>): Promise<EngineRequestError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof EngineRequestError) return error;
    throw error;
  }
  throw new Error('It was not refused');
}

/** A system with the hash that the file at `path` really has, so that only its content is wrong. */
async function systemAt(path: string): Promise<SystemFiles> {
  const baseSha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  return { ...system, basePath: path, baseSha256 };
}

/** One sample to encode with a model. */
const encoding = (basePath: string): EncodeParams => ({
  basePath,
  samples: [{ id: 'a', messages: ask('x') }],
  maxTokens: 10,
  overlong: 'truncate',
  lossOn: 'answers',
  droppedThinking: 'perAnswer',
  chatTemplate: '',
});

describe('a file that cannot be loaded is refused with a code, and the engine lives on', () => {
  afterEach(async () => {
    await chat(system);
  });

  test('a model that was moved away', async () => {
    const basePath = folder.file('gone.gguf');
    const error = await refusal(chat({ ...system, basePath }));
    expect(error).toMatchObject({ code: 'MODEL_NOT_THERE', data: { path: basePath } });
  });

  test('a file that is no GGUF', async () => {
    const path = folder.file('garbage.gguf');
    await writeFile(path, 'x'.repeat(4096));
    expect((await refusal(chat(await systemAt(path)))).code).toBe('MODEL_UNREADABLE');
    expect((await refusal(engine.request('encode', encoding(path)))).code).toBe('MODEL_UNREADABLE');
  });

  // It loops for ever inside single steps: nothing but the end of its process stops it.
  test('a model whose chat template does not end', async () => {
    const path = folder.file('bomb.gguf');
    const bytes = await readFile(system.basePath);
    const template = getString(await readGguf(system.basePath), 'tokenizer.chat_template') ?? '';
    const bomb =
      '{% set r = range(400000) %}{% for i in range(99999) %}{% set x = r[1:] %}{% endfor %}';
    bytes.write(bomb.padEnd(template.length), bytes.indexOf(template));
    await writeFile(path, bytes);
    const error = await refusal(chat(await systemAt(path)));
    expect(error).toMatchObject({
      code: 'TEMPLATE_TOO_LONG',
      message: 'The chat template was stopped: it runs for more than 5 s.',
    });
    expect((await refusal(engine.request('encode', encoding(path)))).code).toBe(
      'TEMPLATE_TOO_LONG',
    );
  }, 60_000);

  test('a download that stopped half way', async () => {
    const path = folder.file('half.gguf');
    await copyFile(system.basePath, path);
    await truncate(path, 1_000_000);
    const error = await refusal(chat(await systemAt(path)));
    expect(error).toMatchObject({ code: 'MODEL_UNREADABLE', data: { reason: 'GGUF_TRUNCATED' } });
  });

  test('an architecture that llama.cpp does not know', async () => {
    const unknown = await writeTestSystem(folder.file('unknown.gguf'), { architecture: 'lama9' });
    const error = await refusal(chat(unknown));
    expect(error.code).toBe('MODEL_UNREADABLE');
    expect(error.message).toContain('lama9');
  });

  test('one part of a model in several files, with the path of the next that is missing', async () => {
    const entries = [
      { key: 'split.no', type: 'u16', value: 0 },
      { key: 'split.count', type: 'u16', value: 3 },
    ] as const;
    const part = await writeTestSystem(folder.file('a-00001-of-00003.gguf'), { entries });
    const error = await refusal(chat(part));
    expect(error.code).toBe('MODEL_NOT_THERE');
    expect(error.message).toContain('a-00002-of-00003.gguf');
  });

  test('a pre-tokenizer that llama.cpp does not know', async () => {
    const pre = { key: 'tokenizer.ggml.pre', type: 'string', value: 'quince-3' } as const;
    const unknown = await writeTestSystem(folder.file('pre.gguf'), { entries: [pre] });
    const error = await refusal(chat(unknown));
    expect(error.code).toBe('MODEL_UNREADABLE');
    expect(error.message).toContain('quince-3');
  });

  test('a model whose content is not the one the project knows', async () => {
    const path = folder.file('replaced.gguf');
    const before = await writeTestSystem(path, { seed: 5 });
    await chat(before);
    await writeTestSystem(path, { seed: 6 });
    const error = await refusal(chat(before));
    expect(error).toMatchObject({
      code: 'MODEL_CHANGED',
      data: { expectedSha256: before.baseSha256 },
    });
  });

  test('a model given as adapter, and an adapter given as model', async () => {
    const asAdapter = { adapterPath: system.basePath, adapterSha256: system.baseSha256 };
    const error = await refusal(chat({ ...system, ...asAdapter }));
    expect(error.code).toBe('ADAPTER_UNREADABLE');
    const adapted = await withTestAdapter(system, folder.file('adapter.gguf'), 3);
    const swapped = await systemAt(adapted.adapterPath ?? '');
    expect((await refusal(chat(swapped))).message).toContain('is a LoRA adapter');
  });

  test('an adapter made for a model of another size', async () => {
    const small = await writeTestSystem(folder.file('small.gguf'), {
      embeddingLength: 64,
      feedForwardLength: 128,
    });
    const adapted = await withTestAdapter(small, folder.file('large-adapter.gguf'), 3);
    expect((await refusal(chat(adapted))).code).toBe('ADAPTER_UNREADABLE');
  });

  // Both bases have the same shapes, so llama.cpp would apply it and nobody would notice.
  test('an adapter of another base, unless a person allowed it: then its answers say so', async () => {
    const adapted = await withTestAdapter(system, folder.file('others.gguf'), 3);
    const adapterBaseSha256 = 'e'.repeat(64);
    const foreign = { ...adapted, adapterBaseSha256 };
    expect(await refusal(chat(foreign))).toMatchObject({
      code: 'ADAPTER_OTHER_BASE',
      data: { path: adapted.adapterPath, baseSha256: system.baseSha256, adapterBaseSha256 },
    });
    const { identity } = await chat({ ...foreign, otherBase: true });
    expect(identity).toMatchObject({ baseSha256: system.baseSha256, adapterBaseSha256 });
    const own = await chat({ ...adapted, adapterBaseSha256: system.baseSha256, otherBase: true });
    expect(own.identity).not.toHaveProperty('adapterBaseSha256');
    expect((await refusal(chat(foreign))).code).toBe('ADAPTER_OTHER_BASE');
  });

  test('an adapter whose own header names another base', async () => {
    const adapted = await withTestAdapter(system, folder.file('named.gguf'), 3, [
      { key: adapterBaseKey, type: 'string', value: 'c'.repeat(64) },
    ]);
    const told = { ...adapted, adapterBaseSha256: system.baseSha256 };
    expect(await refusal(chat(told))).toMatchObject({
      code: 'ADAPTER_OTHER_BASE',
      data: { adapterBaseSha256: 'c'.repeat(64) },
    });
  });

  test('an adapter that was deleted', async () => {
    const adapted = await withTestAdapter(system, folder.file('deleted.gguf'), 3);
    await rm(adapted.adapterPath ?? '');
    expect((await refusal(chat(adapted))).code).toBe('MODEL_NOT_THERE');
  });
});

test('a prompt longer than the context is refused with both numbers', async () => {
  const error = await refusal(chat(system, 'x'.repeat(600)));
  if (error.failure.code !== 'PROMPT_TOO_LONG') throw error;
  expect(error.failure.data.contextTokens).toBe(512);
  expect(error.failure.data.promptTokens).toBeGreaterThan(600);
});

test('a killed process rejects what was asked of it instead of hanging', async () => {
  const doomed = startInference(testFiles);
  await doomed.engine;
  const { pid } = doomed;
  if (pid === undefined) throw new Error('There is no process to kill');
  const patient = await writeTestSystem(folder.file('patient.gguf'), { contextLength: 16_384 });
  const sampling = { ...greedy, maxTokens: 16_000 };
  const asked = doomed.request(
    'chat',
    { system: patient, messages: ask('Hello'), sampling },
    { onEvent: () => process.kill(pid, 'SIGKILL') },
  );
  const error = await refusal(asked);
  expect(error).toMatchObject({ code: 'ENGINE_CRASHED', data: { exit: 'signal SIGKILL' } });
});
