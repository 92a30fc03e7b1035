import type { LlamaModel } from 'node-llama-cpp';
import { isTrained } from '../../../shared/domain/training-counts.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { templatedRemarks } from '../../../shared/flags/templated-text.ts';
import type { XrayCounts, XrayRecipe, XraySample } from '../../../shared/domain/xray.ts';
import type { GgufFile } from '../../gguf/header/gguf-file.ts';
import type {
  InferenceRequests,
  XrayResult,
  XraySampleParams,
} from '../../engines/protocol/inference.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import type { LlamaRuntime } from '../model/llama-runtime.ts';
import { checkModelFile } from '../model/checked-gguf.ts';
import { type FittedSample, SampleEncoder } from './sample-encoder.ts';
import { loadModel } from '../model/load-model.ts';
import { TokenPieces } from './token-pieces.ts';
import { Vocabulary } from '../model/vocabulary.ts';
import type { TemplateRenderer } from '../template/template-renderer.ts';

type Xray = InferenceRequests['xray'];

/** Rows are told this often: quickly enough to watch, seldom enough not to slow the work. */
const tellEveryMs = 100;
const samplesPerTurn = 16;

interface OpenModel {
  model: LlamaModel;
  header: GgufFile;
  pieces: TokenPieces;
}

interface OpenVocabulary extends OpenModel {
  vocabulary: Vocabulary;
}

/** Shows samples as the trainer will see them, with the vocabulary alone; it stays loaded. */
export class XrayHost {
  readonly #runtime: LlamaRuntime;
  readonly #templates: TemplateRenderer;
  readonly #open = new Map<string, Promise<OpenModel>>();
  /** The one that was asked for last: a form asks for the same again and again. */
  #vocabulary: { model: OpenModel; chatTemplate: string; vocabulary: Vocabulary } | undefined;

  constructor(runtime: LlamaRuntime, templates: TemplateRenderer) {
    this.#runtime = runtime;
    this.#templates = templates;
  }

  /** Counts every sample and tells them in order, a few at a time. */
  async count(
    { basePath, samples, ...recipe }: Xray['params'],
    request: RequestContext<Xray['event']>,
  ): Promise<XrayResult> {
    const open = await this.#opened(basePath, recipe.chatTemplate);
    const encoder = new SampleEncoder(open.vocabulary, open.header, recipe);
    let counts: XrayCounts[] = [];
    let toldMs = performance.now();
    for (let start = 0; start < samples.length; start += samplesPerTurn) {
      const turn = samples.slice(start, start + samplesPerTurn);
      const count = async ({ messages }: (typeof turn)[number]) =>
        countFitted(await encoder.encode(messages), messages, open.pieces);
      counts.push(...(await Promise.all(turn.map(count))));
      request.signal.throwIfAborted();
      const isLast = start + turn.length === samples.length;
      if (!isLast && performance.now() - toldMs < tellEveryMs) continue;
      request.emit({ type: 'counts', counts });
      counts = [];
      toldMs = performance.now();
    }
    return { templateSha256: open.vocabulary.templateSha256, maxTokens: encoder.maxTokens };
  }

  /** Every token of one sample. */
  async show({ basePath, messages, recipe }: XraySampleParams): Promise<XraySample> {
    const open = await this.#opened(basePath, recipe.chatTemplate);
    return await showSample(open, messages, recipe);
  }

  async #opened(path: string, chatTemplate: string): Promise<OpenVocabulary> {
    const loading = this.#open.get(path) ?? this.#load(path);
    this.#open.set(path, loading);
    loading.catch(() => this.#open.delete(path));
    const open = await loading;
    const known = this.#vocabulary;
    if (known?.model === open && known.chatTemplate === chatTemplate)
      return { ...open, vocabulary: known.vocabulary };
    const templates = this.#templates;
    const vocabulary = new Vocabulary(open.model, open.header, { templates, chatTemplate });
    this.#vocabulary = { model: open, chatTemplate, vocabulary };
    return { ...open, vocabulary };
  }

  async #load(path: string): Promise<OpenModel> {
    const header = await checkModelFile(path);
    const loadSignal = new AbortController().signal;
    const model = await loadModel(this.#runtime, path, { vocabOnly: true, loadSignal });
    return { model, header, pieces: new TokenPieces(model, header) };
  }
}

async function showSample(
  open: OpenVocabulary,
  messages: Message[],
  recipe: XrayRecipe,
): Promise<XraySample> {
  const encoder = new SampleEncoder(open.vocabulary, open.header, recipe);
  const fitted = await encoder.encode(messages);
  const pieces: XraySample['pieces'] = {};
  for (const { tokens } of fitted.stretches)
    for (const token of tokens) pieces[token] ??= open.pieces.piece(token);
  return {
    ...countFitted(fitted, messages, open.pieces),
    maxTokens: encoder.maxTokens,
    roles: messages.map(({ role }) => role),
    stretches: fitted.stretches,
    pieces,
  };
}

/** A fitted sample in numbers. */
export function countFitted(
  { outcome, reason, wholeTokens, stretches, remarks, isPerAnswer }: FittedSample,
  messages: readonly Message[],
  pieces: TokenPieces,
): XrayCounts {
  const ended = new Set<number>();
  const sequences = stretches.filter(({ kind }) => kind === 'sequence');
  let trainedTokens = 0;
  for (const sequence of sequences)
    for (const [index, token] of sequence.tokens.entries()) {
      if (!isTrained(sequence, index)) continue;
      trainedTokens += 1;
      const turn = sequence.turns[index] ?? -1;
      if (messages[turn]?.role === 'assistant' && pieces.isEnd(token)) ended.add(turn);
    }
  const masked = remarks.filter(({ kind }) => kind === 'thinking-masked');
  const maskedTurns = new Set(masked.map(({ message }) => message));
  const answers = messages.filter(
    ({ role, weight }, index) => role === 'assistant' && weight !== 0 && !maskedTurns.has(index),
  );
  return {
    outcome,
    reason,
    wholeTokens,
    tokens: sequences.reduce((sum, { tokens }) => sum + tokens.length, 0),
    trainedTokens,
    sequences: sequences.length,
    isPerAnswer,
    answers: answers.length,
    endedAnswers: ended.size,
    remarks: outcome === 'dropped' ? [] : [...remarks, ...templatedRemarks(messages)],
  };
}
