import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { samplingSchema } from '../../../shared/domain/identity.ts';
import { AnswerBatch } from '../../inference/answer/answer-batch.ts';
import { answerPrompt } from '../../inference/answer/answer-prompt.ts';
import { promptChunkTokens, sharedStart } from '../../inference/answer/prompt-chunks.ts';
import { startLlamaRuntime } from '../../inference/model/llama-runtime.ts';
import { TemplateRenderer } from '../../inference/template/template-renderer.ts';
import { Vocabulary } from '../../inference/model/vocabulary.ts';
import { readGguf } from '../../gguf/read-gguf.ts';
import { loadModel } from '../../inference/model/load-model.ts';
import { LlamaWeights } from '../../native/llama-weights.ts';
import { SequenceContext } from '../../native/sequence-context.ts';

/**
 * How fast answers are made side by side, beside two measures of the same run: the loop of
 * node-llama-cpp at its best number of sequences, and decoding that computes no logits. There are
 * three times as many answers as sequences, as in any study: with as many, most end before the last.
 */

const usage =
  'npm run bench:generate -- MODEL.gguf [--threads N] [--sequences 16] [--answers 48] [--tokens 256] [--rounds 2]';

const tokensPerSequence = 512;
/** Sequences that node-llama-cpp's own loop is tried with, until more of them are clearly slower. */
const packageSequences = [1, 4, 8, 16];
const clearlySlower = 0.8;
/** Alone the package is as fast with few answers; side by side it gets three for each sequence. */
const answersOfPackage = (side: number) => Math.max(16, 3 * side);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: String(availableParallelism()) },
    sequences: { type: 'string', default: '16' },
    answers: { type: 'string', default: '48' },
    tokens: { type: 'string', default: '256' },
    rounds: { type: 'string', default: '2' },
  },
});
const [path] = positionals;
if (path === undefined) {
  console.error(`usage: ${usage}`);
  process.exit(2);
}
const threads = Number(values.threads);
const sequences = Number(values.sequences);
const answers = Number(values.answers);
const sampling = samplingSchema.parse({ maxTokens: Number(values.tokens) });

process.env['LIMA_INFERENCE_DEVICE'] = 'cpu';
process.env['LIMA_INFERENCE_THREADS'] = values.threads;
const runtime = await startLlamaRuntime();
const loadSignal = new AbortController().signal;
const model = await loadModel(runtime, path, { loadSignal });
const weights = await LlamaWeights.load(path, { gpuLayers: 0, isMappable: true });
const templates = new TemplateRenderer();
const vocabulary = new Vocabulary(model, await readGguf(path), { templates });
const questions = await Promise.all(
  Array.from({ length: answers }, async (_, index) => {
    const content = `Write a long story about the number ${index * 7 + 3}.`;
    const prompt = await vocabulary.encodePrompt([{ role: 'user', content }]);
    return { prompt, sampling: { ...sampling, seed: index + 1 } };
  }),
);
templates[Symbol.dispose]();
const listener = { signal: loadSignal, onToken: () => undefined };

interface Speed {
  /** Tokens of answers for each second on the clock. */
  perSecond: number;
  /** Tokens of answers for each second of processor time. */
  perCpuSecond: number;
}

async function measure(run: () => Promise<number>): Promise<Speed> {
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  const tokens = await run();
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: tokens / seconds, perCpuSecond: (tokens * 1e6) / (user + system) };
}

async function ownAnswers(): Promise<number> {
  const prompts = questions.map(({ prompt }) => prompt);
  const shared = sharedStart(prompts, promptChunkTokens.cpu);
  const context = await ownContext(sequences + 1);
  const options = {
    context,
    sequences,
    model,
    tokensPerSequence,
    promptChunkTokens: promptChunkTokens.cpu,
    sharedTokens: shared,
  };
  let tokens = 0;
  const batch = new AnswerBatch<number>(options, listener);
  for await (const [, { outputTokens }] of batch.answers(questions.entries()))
    tokens += outputTokens;
  context.dispose();
  return tokens;
}

const ownContext = async (held: number) =>
  await SequenceContext.create(weights, {
    tokensPerSequence,
    sequences: held,
    batchTokens: Math.max(promptChunkTokens.cpu, held),
    outputs: held,
    threads,
    attention: 'fast',
  });

/** As many tokens as the answers have, none of which has logits. */
async function decoding(): Promise<number> {
  const context = await ownContext(sequences);
  const steps = sampling.maxTokens;
  for (let position = 0; position < steps; position++)
    await context.decode(
      Array.from({ length: sequences }, (_, sequence) => ({
        token: (position * 7 + sequence) % weights.vocabularySize,
        position,
        sequence,
        wantsLogits: false,
      })),
    );
  context.dispose();
  return steps * sequences;
}

async function packageAnswers(side: number): Promise<number> {
  const context = await model.createContext({
    contextSize: tokensPerSequence,
    sequences: side,
    threads,
  });
  let tokens = 0;
  const waiting = questions.slice(0, answersOfPackage(side)).values();
  const work = async () => {
    const sequence = context.getSequence();
    for (const question of waiting) {
      tokens += (await answerPrompt(sequence, question, listener)).outputTokens;
      await sequence.clearHistory();
    }
  };
  await Promise.all(Array.from({ length: side }, work));
  await context.dispose();
  return tokens;
}

const best = (speeds: readonly Speed[]): Speed => ({
  perSecond: Math.max(...speeds.map(({ perSecond }) => perSecond)),
  perCpuSecond: Math.max(...speeds.map(({ perCpuSecond }) => perCpuSecond)),
});

const show = (name: string, { perSecond, perCpuSecond }: Speed) =>
  console.log(
    `${name.padEnd(44)} ${perSecond.toFixed(0).padStart(6)} tokens/s ${perCpuSecond.toFixed(0).padStart(6)} per processor second`,
  );

const ratio = (one: Speed, other: Speed) =>
  `${(one.perSecond / other.perSecond).toFixed(2)} on the clock, ${(one.perCpuSecond / other.perCpuSecond).toFixed(2)} in processor time`;

console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${threads} threads, load ${loadavg()[0]?.toFixed(1)}; ` +
    `${answers} answers of at most ${sampling.maxTokens} tokens, LIMA's sampling`,
);
const runs = new Map<string, Speed[]>();
function fastest(prefix: string): Speed {
  return best([...runs].flatMap(([name, speeds]) => (name.startsWith(prefix) ? speeds : [])));
}
for (let round = 0; round < Number(values.rounds); round++) {
  const add = async (name: string, run: () => Promise<number>) => {
    runs.set(name, [...(runs.get(name) ?? []), await measure(run)]);
  };
  await add('own', ownAnswers);
  await add('decoding', decoding);
  for (const side of packageSequences) {
    await add(`package ${side}`, () => packageAnswers(side));
    const { perSecond } = best(runs.get(`package ${side}`) ?? []);
    if (perSecond < clearlySlower * fastest('package').perSecond) break;
  }
}
for (const side of packageSequences) {
  const speeds = runs.get(`package ${side}`);
  if (speeds) show(`node-llama-cpp's loop, ${side} sequences`, best(speeds));
}
show(`own answers, ${sequences} sequences`, fastest('own'));
show(`decoding without logits, ${sequences} sequences`, fastest('decoding'));
console.log(
  `own answers / node-llama-cpp at its best: ${ratio(fastest('own'), fastest('package'))}`,
);
console.log(`own answers / decoding without logits: ${ratio(fastest('own'), fastest('decoding'))}`);
process.exit(0);
