import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import {
  shiftTotals,
  type AskedHashes,
  type ShiftedToken,
  type TokenLikelihood,
  type TokenShift,
} from '../../../shared/domain/chat/token-shift.ts';
import type { InferenceRequests, SystemFiles } from '../../engines/protocol/inference.ts';
import { getStrings, type GgufFile } from '../../gguf/header/gguf-file.ts';
import { InferenceError } from '../../engines/protocol/errors.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import type { TokenizedPrompt } from '../model/vocabulary.ts';
import { TokenPieces } from '../encode/token-pieces.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { ModelHost } from '../model/model-host.ts';
import { contextSize, encodeAsked, evaluatePrompt, fewShotHash } from './answer-prompt.ts';

type Request = InferenceRequests['tokenShift'];

/**
 * How likely each token of an answer was for the system that gave it, and for its base behind the
 * same tokens. The tokens are those of the text: what the sampler drew is not stored. A cancel throws.
 */
export async function tokenShift(
  host: ModelHost,
  { system, base, messages, output, asked }: Request['params'],
  request: RequestContext<Request['event']>,
): Promise<TokenShift> {
  const loaded = await host.open(system, request.signal);
  if (asked) requireAskedAlike(loaded, system, asked);
  const prompt = await encodeAsked(loaded, system, messages);
  const { opening } = prompt;
  const text = output.startsWith(opening) ? output.slice(opening.length) : output;
  const answer = loaded.vocabulary.encodeContinuation(text, prompt.tokens.at(-1));
  const pieces = new TokenPieces(loaded.model, loaded.header);
  const shown = answer.map((token) => pieces.piece(token));
  const total = answer.length * (base === null ? 1 : 2);
  const measure = async (model: LoadedModel, files: SystemFiles, before: number) =>
    await likelihoods({ host, loaded: model, files, prompt, answer }, request.signal, (done) =>
      request.emit({ type: 'measured', done: before + done, total }),
    );
  const own = await measure(loaded, system, 0);
  const ofBase =
    base && (await measure(await openBase(host, base, loaded, request), base, own.length));
  const tokens = own.map((likelihood, index): ShiftedToken => ({
    ...likelihood,
    piece: shown[index] ?? { kind: 'text', text: '' },
    base: ofBase?.[index] ?? null,
  }));
  return { tokens, totals: shiftTotals(tokens) };
}

/** Behind another prompt than the answer's own, every figure would be of something else. */
function requireAskedAlike(
  { vocabulary: { templateSha256 } }: LoadedModel,
  { fewShot }: SystemFiles,
  asked: AskedHashes,
): void {
  const examples = fewShot && fewShotHash(fewShot);
  if (asked.templateSha256 !== templateSha256)
    throw new InferenceError(
      'ASKED_OTHERWISE',
      `This answer was given under the chat template ${short(asked.templateSha256)}, and its system has ${short(templateSha256)} by now. Choose the template of then above the pane, or ask again.`,
      { templateSha256, askedSha256: asked.templateSha256 },
    );
  if (asked.fewShotSha256 !== examples)
    throw new InferenceError(
      'ASKED_OTHERWISE',
      `This answer was given ${behindText(asked.fewShotSha256)}, and its system would be asked ${behindText(examples)} by now. Choose the examples of then above the pane, or ask again.`,
      { templateSha256, askedSha256: asked.fewShotSha256 ?? '' },
    );
}

const short = (hash: string) => hash.slice(0, 8);

const behindText = (hash: string | undefined) =>
  hash === undefined ? 'without examples' : `behind the examples ${short(hash)}`;

/** Ranks mean something only where both count with the same vocabulary. */
async function openBase(
  host: ModelHost,
  base: SystemFiles,
  { header }: Pick<LoadedModel, 'header'>,
  { signal }: Pick<RequestContext<never>, 'signal'>,
): Promise<LoadedModel> {
  const loaded = await host.open(base, signal);
  const own = tokenTexts(header);
  const others = tokenTexts(loaded.header);
  if (own.length !== others.length || own.some((text, index) => text !== others[index]))
    throw new InferenceError(
      'MODEL_UNREADABLE',
      `${base.basePath} has another vocabulary than the model of the answer: choose the base it was trained from.`,
      { path: base.basePath },
    );
  return loaded;
}

const tokenTexts = (header: GgufFile) => getStrings(header, 'tokenizer.ggml.tokens') ?? [];

interface Measured {
  host: ModelHost;
  loaded: LoadedModel;
  files: SystemFiles;
  prompt: TokenizedPrompt;
  answer: readonly Token[];
}

async function likelihoods(
  { host, loaded, files, prompt, answer }: Measured,
  signal: AbortSignal,
  onDone: (done: number) => void,
): Promise<TokenLikelihood[]> {
  const whole = prompt.tokens.length + answer.length;
  // One token more than it needs would be refused as a prompt that leaves no room for an answer.
  const tokens = contextSize([whole - 1], 1, loaded.model.trainContextSize);
  const context = await host.createContext(loaded, files, { tokens, sequences: 1 });
  try {
    const sequence = context.getSequence();
    await evaluatePrompt(sequence, prompt, signal);
    const found: TokenLikelihood[] = [];
    let before = prompt.tokens.at(-1);
    for (const token of answer) {
      signal.throwIfAborted();
      found.push(likelihoodOf(token, await probabilitiesBehind(sequence, before)));
      onDone(found.length);
      before = token;
    }
    return found;
  } finally {
    await context.dispose();
  }
}

/**
 * Reads one token, as the answer was made: several at once are summed by other kernels, which moved
 * a probability of a quantized model from 27 to 22 %.
 */
async function probabilitiesBehind(
  sequence: LlamaContextSequence,
  token: Token | undefined,
): Promise<ReadonlyMap<Token, number>> {
  if (token === undefined) return new Map();
  // Greedy: with a temperature of 0 the library gives the probabilities as they are.
  const generateNext = { probabilities: true, options: { temperature: 0 } };
  const [result] = await sequence.controlledEvaluate([[token, { generateNext }]]);
  return result?.next.probabilities ?? new Map();
}

/** Equal ones share the better rank, so that no order of the vocabulary decides. */
function likelihoodOf(target: Token, probabilities: ReadonlyMap<Token, number>): TokenLikelihood {
  const probability = probabilities.get(target) ?? 0;
  let rank = 1;
  for (const other of probabilities.values()) if (other > probability) rank += 1;
  return { probability, rank };
}
