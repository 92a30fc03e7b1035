import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { behindExamples, fewShotTemplate, fewShotText } from '../../../shared/domain/few-shot.ts';
import { startInference } from '../../engines/start-engines.ts';
import type { SystemFiles } from '../../engines/protocol/inference.ts';
import {
  ask,
  createTestFolder,
  greedy,
  sampled,
  withTestAdapter,
  writeTestSystem,
} from '../testing/test-system.ts';
import { splitGguf } from '../../gguf/testing/split-gguf.ts';
import { testFiles } from '../../engines/testing/test-files.ts';

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

const chat = (sampling = greedy, from = system, content = 'Hello') =>
  engine.request('chat', { system: from, messages: ask(content), sampling });

describe('an answer', () => {
  test('is streamed in pieces that join to the final output', async () => {
    const pieces: string[] = [];
    const answer = await engine.request(
      'chat',
      { system, messages: ask('Hello'), sampling: { ...greedy, maxTokens: 60 } },
      { onEvent: ({ text }) => pieces.push(text) },
    );
    expect(pieces.length).toBeGreaterThan(10);
    expect(pieces.join('')).toBe(answer.output);
    expect(answer).toMatchObject({ finish: 'length', outputTokens: 60 });
  });

  test('carries the hashes, settings and versions that made it', async () => {
    const { identity } = await chat(sampled);
    expect(identity).toMatchObject({
      baseSha256: system.baseSha256,
      adapterSha256: null,
      sampling: sampled,
      engine: expect.stringMatching(/^node-llama-cpp 3\.21\.1, llama\.cpp v/),
      templateSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(identity.device).not.toBe('');
  });

  test('is the same for the same seed and another one for another seed', async () => {
    const first = await chat(sampled);
    expect((await chat(sampled)).output).toBe(first.output);
    expect((await chat({ ...sampled, seed: 2 })).output).not.toBe(first.output);
  });

  test('stops at the end of the context instead of shifting it', async () => {
    const answer = await chat({ ...greedy, maxTokens: 2000 }, system, 'x'.repeat(460));
    expect(answer.finish).toBe('length');
    expect(answer.promptTokens + answer.outputTokens).toBe(512);
  });

  test('is kept as far as it came when the user cancels', async () => {
    const abort = new AbortController();
    let seen = 0;
    const patient = await writeTestSystem(folder.file('patient.gguf'), { contextLength: 16_384 });
    const answer = await engine.request(
      'chat',
      { system: patient, messages: ask('Hello'), sampling: { ...greedy, maxTokens: 16_000 } },
      {
        signal: abort.signal,
        onEvent: () => {
          seen += 1;
          if (seen === 5) abort.abort();
        },
      },
    );
    expect(answer.finish).toBe('cancelled');
    expect(answer.output).not.toBe('');
    expect(answer.outputTokens).toBeLessThan(16_000);
    expect((await chat()).finish).toBe('length');
  });

  test('is that of the whole file where the model is split, whichever part is named', async () => {
    const stem = folder.file('quince');
    const parts = await splitGguf(system.basePath, { stem, tensors: [0, 12] });
    const hash = createHash('sha256');
    for (const path of parts) hash.update(await readFile(path));
    const split = { ...system, basePath: parts[1] ?? '', baseSha256: hash.digest('hex') };
    const answer = await chat(sampled, split);
    expect(answer.output).toBe((await chat(sampled)).output);
    expect(answer.identity.baseSha256).toBe(split.baseSha256);
  });

  test('comes again after the model was unloaded', async () => {
    const before = await chat();
    await engine.request('unload', null);
    expect((await chat()).output).toBe(before.output);
  });
});

describe('examples before the prompt', () => {
  const fewShot = { system: 'Be kind.', examples: [{ question: 'One?', answer: 'Eins.' }] };
  const messages = ask('Two?');
  const answerOf = async (from: SystemFiles, asked = messages) =>
    await engine.request('chat', { system: from, messages: asked, sampling: greedy });

  test('are earlier turns for a model with a chat template, and part of what the answer says of itself', async () => {
    const chatTemplate = '{% for m in messages %}[{{ m.role }}: {{ m.content }}]{% endfor %}';
    const behind = await answerOf({ ...system, chatTemplate, fewShot });
    const written = await answerOf({ ...system, chatTemplate }, behindExamples(fewShot, messages));
    expect(behind).toMatchObject({ output: written.output, promptTokens: written.promptTokens });
    const { fewShotSha256, ...identity } = behind.identity;
    expect(fewShotSha256).toBe(createHash('sha256').update(fewShotText(fewShot)).digest('hex'));
    expect(identity).toEqual(written.identity);
  });

  test('are text under headings for a model without one, which is then part of the identity as its template', async () => {
    const plain = await writeTestSystem(folder.file('plain.gguf'), {
      leftOut: ['tokenizer.chat_template'],
    });
    const behind = await answerOf({ ...plain, fewShot });
    const asText = { ...plain, chatTemplate: fewShotTemplate };
    const written = await answerOf(asText, behindExamples(fewShot, messages));
    expect(behind).toMatchObject({ output: written.output, promptTokens: written.promptTokens });
    expect(behind.identity.templateSha256).toBe(written.identity.templateSha256);
    const alone = await answerOf(plain);
    expect(alone.identity.templateSha256).not.toBe(written.identity.templateSha256);
    expect(alone.promptTokens).toBeLessThan(behind.promptTokens);
  });
});

describe('an adapter', () => {
  test('changes the answer by its strength, and identity names its hash', async () => {
    const adapted = await withTestAdapter(system, folder.file('adapter.gguf'), 3);
    const base = await chat();
    const full = await chat(greedy, adapted);
    expect(full.output).not.toBe(base.output);
    expect(full.identity).toMatchObject({
      adapterSha256: adapted.adapterSha256,
      adapterName: 'adapter 3',
      strength: 1,
    });
    expect((await chat(greedy, { ...adapted, strength: 0 })).output).toBe(base.output);
    expect((await chat()).output).toBe(base.output);
  });

  test('is asked with the chat template that it was trained with, its base with its own, both with one that is chosen', async () => {
    const template = '{% for m in messages %}[{{ m.content }}]{% endfor %}';
    const entry = { key: 'tokenizer.chat_template', type: 'string', value: template } as const;
    const tuned = await withTestAdapter(system, folder.file('own-template.gguf'), 1, [entry]);
    const messages = ask('Hi');
    const own = await engine.request('chat', { system: tuned, messages, sampling: greedy });
    const base = await engine.request('chat', { system, messages, sampling: greedy });
    expect(own.identity.templateSha256).toBe(createHash('sha256').update(template).digest('hex'));
    expect(base.identity.templateSha256).not.toBe(own.identity.templateSha256);
    // "[Hi]", and the "[" that opens the answer.
    expect(own.promptTokens).toBe(5);
    const other = template.replace(']', '--]');
    for (const asked of [tuned, system]) {
      const chosen = { ...asked, chatTemplate: other };
      const { identity, promptTokens } = await engine.request('chat', {
        system: chosen,
        messages,
        sampling: greedy,
      });
      expect(identity.templateSha256).toBe(createHash('sha256').update(other).digest('hex'));
      expect(promptTokens).toBe(7);
    }
    const again = await engine.request('chat', { system: tuned, messages, sampling: greedy });
    expect(again.identity).toEqual(own.identity);
  });

  test('that was trained again under the same name is not answered by its old weights', async () => {
    const path = folder.file('rewritten.gguf');
    const old = await chat(greedy, await withTestAdapter(system, path, 3));
    const rewritten = await withTestAdapter(system, path, 7);
    const fresh = await chat(greedy, rewritten);
    expect(fresh.output).not.toBe(old.output);
    const copy = await withTestAdapter(system, folder.file('copy.gguf'), 7);
    expect(fresh.output).toBe((await chat(greedy, copy)).output);
  });
});
