import type { MeaningEvent, NearByMeaning } from '../../../shared/contract/curate.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { textHash } from '../../store/content-hash.ts';
import {
  acceptedPrompts,
  askedText,
  countAccepted,
} from '../../store/repositories/samples/accepted-prompts.ts';
import { sampleRows } from '../../store/repositories/samples/sample-list.ts';
import { VectorCache } from '../../store/vector-cache.ts';
import { callEvents, type EventSink } from '../base/call-events.ts';
import type { GuardedInference, GuardedSystem } from '../files/guarded-engines.ts';
import { systemFiles } from '../models/checkpoints.ts';
import { hashedSystem } from '../models/hashed-system.ts';
import type { CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';

/** Goes up with every change of how a text is embedded: older vectors then count no more. */
const scheme = 1;
const pieceSamples = 64;
/** Mean and spread of so many vectors are those of all, near enough; of too few they say nothing. */
const samplesOfSpread = { most: 1024, fewest: 8 };

interface Wanted {
  model: { modelId: string } | { path: string };
  prompts: readonly (readonly Message[])[];
  limit: number;
}

/**
 * Of each prompt the accepted samples whose user says what is nearest to it, by the angle between
 * vectors that a model makes of both. What this machine has embedded before is not
 * embedded again.
 */
export async function* nearestByMeaning(
  state: CoreState,
  session: ProjectSession,
  wanted: Wanted,
  signal: AbortSignal | undefined,
): AsyncGenerator<MeaningEvent, void> {
  yield { type: 'loading' };
  const system = await baseFiles(state, session, wanted.model, signal);
  yield* callEvents<MeaningEvent>(session.calls, signal, async (emit, anySignal) => {
    using cache = new VectorCache(state.config.userDataDir, `${system.baseSha256} ${scheme}`);
    const engine = session.inference.engine('embed', system);
    const embedder = new Embedder({ engine, system, cache, signal: anySignal });
    emit({ type: 'found', ...(await search(session, wanted, embedder, emit)) });
  });
}

/** A model of the project, or a file that is hashed for this search and added to nothing. */
async function baseFiles(
  state: CoreState,
  session: ProjectSession,
  model: Wanted['model'],
  signal: AbortSignal | undefined,
): Promise<GuardedSystem> {
  if ('modelId' in model) {
    const { modelId } = model;
    return await systemFiles(session, { modelId, checkpointId: null, strength: 1 }, signal);
  }
  const bare = { adapterPath: null, adapterBaseSha256: null, strength: 0, otherBase: false };
  const files = { ...bare, basePath: model.path, chatTemplate: '' };
  return await session.calls.run([signal], async (anySignal) => {
    // Awaited here: leaving the call ends its signal.
    return (await hashedSystem(state, files, anySignal)).system;
  });
}

/** The vectors of samples, piece by piece, so that memory does not grow with the project. */
async function search(
  { file: { db } }: ProjectSession,
  { prompts, limit }: Wanted,
  embedder: Embedder,
  emit: EventSink<MeaningEvent>,
): Promise<Omit<Extract<MeaningEvent, { type: 'found' }>, 'type'>> {
  const total = countAccepted(db);
  if (total === 0) return { prompts: prompts.map(() => []), accepted: 0 };
  const asked = await embedder.vectors(prompts.map((messages) => askedText(messages)));
  const best = prompts.map(() => new Nearest(limit));
  let spread: Spread | undefined;
  let waiting: SampleVector[] = [];
  const compare = () => {
    spread ??= spreadOf(waiting.map(({ vector }) => vector));
    for (const { seq, vector } of waiting)
      for (const [at, prompt] of asked.entries())
        best[at]?.add(seq, cosine(prompt, vector, spread));
    waiting = [];
  };
  let [after, done] = [0, 0];
  for (;;) {
    const piece = acceptedPrompts(db, after, pieceSamples);
    const vectors = await embedder.vectors(piece.map(({ asked: text }) => text));
    for (const [at, { seq }] of piece.entries()) {
      const vector = vectors[at];
      if (vector) waiting.push({ seq, vector });
    }
    done += piece.length;
    emit({ type: 'embedded', done, total: Math.max(total, done) });
    if (spread || waiting.length >= samplesOfSpread.most || piece.length < pieceSamples) compare();
    if (piece.length < pieceSamples) break;
    after = piece.at(-1)?.seq ?? after;
  }
  const found = best.map((nearest) => nearest.samples().flatMap((one) => rowOf(db, one)));
  return { prompts: found, accepted: done };
}

function rowOf(
  db: ProjectSession['file']['db'],
  { seq, similarity }: { seq: number; similarity: number },
): NearByMeaning[] {
  return sampleRows(db, [seq]).map((row) => ({ ...row, similarity }));
}

interface SampleVector {
  seq: number;
  vector: Float32Array;
}

/** What makes vectors, and keeps them. */
interface Embedding {
  engine: GuardedInference;
  system: GuardedSystem;
  cache: VectorCache;
  signal: AbortSignal;
}

/** Texts become vectors: those of the cache, and the rest by the engine. */
class Embedder {
  readonly #of: Embedding;

  constructor(of: Embedding) {
    this.#of = of;
  }

  /** In the order of the texts; throws what a cancel aborts with. */
  async vectors(texts: readonly string[]): Promise<Float32Array[]> {
    const { engine, system, cache, signal } = this.#of;
    const hashes = texts.map(textHash);
    const known = cache.read(hashes);
    const missing = [...new Set(hashes)].filter((hash) => !known.has(hash));
    if (missing.length > 0) {
      const made = new Map<string, Float32Array>();
      const textOf = (hash: string) => texts[hashes.indexOf(hash)] ?? '';
      await engine.request(
        'embed',
        { system, texts: missing.map(textOf) },
        {
          signal,
          onEvent: ({ index, vector }) => void made.set(missing[index] ?? '', vector),
        },
      );
      cache.write(made);
      for (const [hash, vector] of made) known.set(hash, vector);
    }
    signal.throwIfAborted();
    return hashes.flatMap((hash) => known.get(hash) ?? []);
  }
}

/** The few samples that are most similar, best first; equal ones in the order of the list. */
class Nearest {
  readonly #limit: number;
  #best: { seq: number; similarity: number }[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(seq: number, similarity: number): void {
    const last = this.#best.at(this.#limit - 1);
    if (last && similarity <= last.similarity) return;
    this.#best.push({ seq, similarity });
    this.#best = this.#best
      .toSorted((one, other) => other.similarity - one.similarity || one.seq - other.seq)
      .slice(0, this.#limit);
  }

  samples(): readonly { seq: number; similarity: number }[] {
    return this.#best;
  }
}

/** Mean and spread of each element over the vectors of samples. */
interface Spread {
  mean: Float32Array;
  deviation: Float32Array;
}

function spreadOf(vectors: readonly Float32Array[]): Spread {
  const width = vectors[0]?.length ?? 0;
  const mean = new Float32Array(width);
  const deviation = new Float32Array(width).fill(1);
  if (vectors.length < samplesOfSpread.fewest) return { mean, deviation };
  const averageOf = (valueOf: (vector: Float32Array) => number) =>
    vectors.reduce((sum, vector) => sum + valueOf(vector), 0) / vectors.length;
  for (let at = 0; at < width; at += 1) {
    const average = averageOf((vector) => vector[at] ?? 0);
    mean[at] = average;
    deviation[at] = Math.sqrt(averageOf((vector) => ((vector[at] ?? 0) - average) ** 2)) || 1;
  }
  return { mean, deviation };
}

/**
 * The cosine of two vectors whose elements are standardized by the samples: hidden states of a
 * language model all point one way, so that without it everything is like everything.
 */
function cosine(one: Float32Array, other: Float32Array, { mean, deviation }: Spread): number {
  let [product, ofOne, ofOther] = [0, 0, 0];
  for (let at = 0; at < one.length; at += 1) {
    const [center = 0, unit = 1] = [mean[at], deviation[at]];
    const x = ((one[at] ?? 0) - center) / unit;
    const y = ((other[at] ?? 0) - center) / unit;
    product += x * y;
    ofOne += x * x;
    ofOther += y * y;
  }
  return ofOne === 0 || ofOther === 0 ? 0 : product / Math.sqrt(ofOne * ofOther);
}
