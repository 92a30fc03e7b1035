import { basename } from 'node:path';
import type { z } from 'zod';
import { withRepetitions } from '../../../shared/domain/answer-seed.ts';
import type { ChatAnswer, FileSystem } from '../../../shared/contract/chat.ts';
import type { Sampling } from '../../../shared/domain/identity.ts';
import { modelFileName } from '../../../shared/text/model-names.ts';
import type { messageSchema } from '../../../shared/domain/message.ts';
import {
  startInference,
  startInspector,
  type GuardedInference,
  type GuardedSystem,
  systemToRead,
  toRead,
} from '../files/guarded-engines.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import { AsyncQueue } from '../base/streams.ts';
import { recordedBase } from '../models/recorded-base.ts';
import { requireChosen } from '../models/template-trial.ts';
import type { CoreState } from '../project/core-state.ts';

/** Prompts for one system named by files. */
export interface GenerationRequest {
  system: FileSystem;
  items: { key: string; messages: z.infer<typeof messageSchema>[] }[];
  sampling: Sampling;
  parallel: number;
  /** One conversation as chat asks it: with the seed as it is, and with its text as it comes. */
  asChat: boolean;
}

type GenerationEvent =
  | { type: 'loading' }
  | { type: 'warning'; text: string }
  | { type: 'text'; text: string }
  | { type: 'answer'; key: string; answer: ChatAnswer };

/** Streams answers of a system given by files; nothing is stored, no project has to be open. */
export async function* generateFromFiles(
  state: CoreState,
  request: GenerationRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<GenerationEvent, void> {
  const stop = new AbortController();
  const events = new AsyncQueue<GenerationEvent>();
  const asked = state.calls
    .run([signal, stop.signal], (anySignal) => answer(state, request, events, anySignal))
    .then(
      () => events.end(),
      (error: unknown) => events.end(error),
    );
  try {
    yield { type: 'loading' };
    yield* events;
  } finally {
    stop.abort();
    await asked;
  }
}

async function answer(
  state: CoreState,
  request: GenerationRequest,
  events: AsyncQueue<GenerationEvent>,
  signal: AbortSignal,
): Promise<void> {
  const { system, warnings } = await hashedSystem(state, request.system, signal);
  for (const text of warnings) events.push({ type: 'warning', text });
  await using engine = startInference(systemToRead(system));
  const ask = request.asChat ? askOne : askMany;
  await ask(engine, { ...request, system }, events, signal);
}

type Asking = Omit<GenerationRequest, 'system'> & { system: GuardedSystem };

async function askOne(
  engine: GuardedInference,
  { system, items, sampling }: Asking,
  events: AsyncQueue<GenerationEvent>,
  signal: AbortSignal,
): Promise<void> {
  const { key, messages } = items[0] ?? { key: '', messages: [] };
  const onEvent = (event: { type: 'text'; text: string }) => events.push(event);
  const answer = await engine.request('chat', { system, messages, sampling }, { signal, onEvent });
  events.push({ type: 'answer', key, answer });
}

async function askMany(
  engine: GuardedInference,
  { system, items, sampling, parallel }: Asking,
  events: AsyncQueue<GenerationEvent>,
  signal: AbortSignal,
): Promise<void> {
  await engine.request(
    'generate',
    { system, items: withRepetitions(items), sampling, parallel },
    {
      signal,
      onEvent: (event) => {
        if (event.type === 'answer') events.push(event);
      },
    },
  );
}

async function hashedSystem(
  state: CoreState,
  files: FileSystem,
  signal: AbortSignal,
): Promise<{ system: GuardedSystem; warnings: readonly string[] }> {
  const basePath = state.paths.check(files.basePath);
  const adapterPath = files.adapterPath === null ? null : state.paths.check(files.adapterPath);
  await using inspector = startInspector(toRead(basePath, adapterPath));
  const hash = async (path: GuardedPath) =>
    (await inspector.request('hashFile', { path }, { signal })).sha256;
  // Refused before anything is answered when it is no model.
  const { warnings = [] } = await inspector.request('inspectModel', { path: basePath }, { signal });
  await requireChosen(inspector, { path: basePath, chatTemplate: files.chatTemplate }, signal);
  const adapterSha256 = adapterPath === null ? null : await hash(adapterPath);
  const system = {
    basePath,
    baseSha256: await hash(basePath),
    baseName: modelFileName(basePath),
    adapterPath,
    adapterSha256,
    adapterName: adapterPath === null ? null : basename(adapterPath),
    strength: adapterPath === null ? 0 : files.strength,
    adapterBaseSha256:
      files.adapterBaseSha256 ??
      (adapterPath && adapterSha256
        ? await recordedBase(state.paths, adapterPath, adapterSha256)
        : null),
    otherBase: files.otherBase,
    chatTemplate: files.chatTemplate,
    fewShot: files.fewShot,
  };
  return { system, warnings };
}
