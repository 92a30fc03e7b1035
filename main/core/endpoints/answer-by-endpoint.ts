import { answerSeed } from '../../../shared/domain/evaluate/answer-seed.ts';
import type { EndpointAnswer } from '../../../shared/contract/network.ts';
import type { Endpoint } from '../../../shared/domain/endpoint.ts';
import { behindExamples, type FewShot } from '../../../shared/domain/few-shot.ts';
import type { EndpointIdentity, Sampling } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { fewShotSha256 } from '../models/checkpoints.ts';
import { askAtOnce } from '../network/ask-at-once.ts';
import type { Completion } from '../network/completion.ts';
import type { EndpointClient } from '../network/endpoint-client.ts';
import { ExchangeError } from '../network/endpoint-error.ts';
import type { ProjectNetwork } from '../network/project-network.ts';
import { SentSettings } from './sent-settings.ts';

/** What an endpoint is asked. */
export interface EndpointQuestions {
  endpoint: Endpoint;
  fewShot?: FewShot | undefined;
  sampling: Sampling;
  /** `repetition`: which of the prompts with these words it is. */
  items: readonly { key: string; messages: Message[]; repetition: number }[];
  /** Requests at a time at most. */
  parallel: number;
  /** It has answered before as it is asked now: then what it refuses is the prompt's fault. */
  hasAnswered: boolean;
}

/** More than that at a time gain nothing at one server, and cost its patience. */
export const mostRequestsAtOnce = 8;

/** Refusals in a row, of whatever is asked, before the endpoint is taken to refuse everything. */
const enoughRefused = 3;

/**
 * Lets an endpoint answer prompts, several at a time. A prompt that it cannot be asked has a failed
 * answer; what fails for all of them ends it, and whoever asks again leaves out what came.
 */
export async function answerByEndpoint(
  network: ProjectNetwork,
  questions: EndpointQuestions,
  {
    signal,
    onAnswer,
  }: { signal: AbortSignal; onAnswer: (key: string, answer: EndpointAnswer) => void },
): Promise<void> {
  const { endpoint, items } = questions;
  const baseUrl = network.require(endpoint.baseUrl);
  const client = network.client(baseUrl, 'answer');
  const asking = { client, questions, baseUrl, settings: new SentSettings() };
  const refused: { key: string; answer: EndpointAnswer; error: ExchangeError }[] = [];
  let { hasAnswered } = questions;
  const atOnce = { most: Math.min(questions.parallel, mostRequestsAtOnce), signal };
  await askAtOnce(network, items, atOnce, async (item, anySignal) => {
    const { answer, error } = await askOne(asking, item, anySignal);
    if (error) {
      refused.push({ key: item.key, answer, error });
      if (!hasAnswered && refused.length >= enoughRefused) throw error;
    } else {
      hasAnswered ||= answer.finish !== 'failed';
      onAnswer(item.key, answer);
    }
  });
  // An endpoint that has answered nothing yet may refuse whatever it is asked.
  if (!hasAnswered && refused[0]) throw refused[0].error;
  for (const { key, answer } of refused) onAnswer(key, answer);
}

interface Asking {
  client: EndpointClient;
  questions: EndpointQuestions;
  baseUrl: string;
  settings: SentSettings;
}

async function askOne(
  asking: Asking,
  item: EndpointQuestions['items'][number],
  signal: AbortSignal,
): Promise<{ answer: EndpointAnswer; error?: ExchangeError }> {
  const startMs = Date.now();
  const sampling = ownSampling(asking.questions, item);
  try {
    const completion = await complete(asking, { ...item, sampling }, signal);
    const durationMs = Date.now() - startMs;
    return { answer: toAnswer(completion, { asking, item, sampling, durationMs }) };
  } catch (error) {
    if (!isRefusedPrompt(error)) throw error;
    const { reason, isCertain } = refusalOf(error);
    const identity = {
      ...identityOf(asking, { sampling, repetition: item.repetition }, undefined),
      refusal: error.said?.message ?? '',
    };
    const counts = { promptTokens: 0, outputTokens: 0, durationMs: Date.now() - startMs };
    const answer = { output: reason, finish: 'failed' as const, ...counts, identity };
    return isCertain ? { answer } : { answer, error };
  }
}

/** Every answer has a seed of its own, as those of weights here have. */
const ownSampling = (
  { sampling }: EndpointQuestions,
  { messages, repetition }: EndpointQuestions['items'][number],
): Sampling => ({ ...sampling, seed: answerSeed(sampling.seed, { messages }, repetition) });

async function complete(
  { client, questions, settings }: Asking,
  { messages, sampling }: { messages: readonly Message[]; sampling: Sampling },
  signal: AbortSignal,
): Promise<Completion> {
  const { endpoint, fewShot } = questions;
  const asked = fewShot ? behindExamples(fewShot, messages) : messages;
  const turns = asked.map(({ role, content }) => ({ role, content }));
  return await settings.whileLearning(sampling, async (parameters) =>
    client.chat({ model: endpoint.model, messages: turns, ...parameters }, signal),
  );
}

interface Answered {
  asking: Asking;
  item: EndpointQuestions['items'][number];
  sampling: Sampling;
  durationMs: number;
}

function toAnswer(
  completion: Completion,
  { asking, item, sampling, durationMs }: Answered,
): EndpointAnswer {
  const { text, finishReason, promptTokens, outputTokens } = completion;
  const { repetition } = item;
  const identity = identityOf(asking, { sampling, repetition }, completion);
  const counts = { promptTokens, outputTokens, durationMs };
  if (finishReason === 'content_filter')
    return { output: filteredReason, finish: 'failed', ...counts, identity };
  return {
    output: text,
    finish: finishReason === 'length' ? 'length' : 'stop',
    ...counts,
    identity,
  };
}

const filteredReason = 'A content filter kept the answer back.';

function identityOf(
  { questions: { endpoint, fewShot }, baseUrl, settings }: Asking,
  { sampling, repetition }: { sampling: Sampling; repetition: number },
  completion: Completion | undefined,
): EndpointIdentity {
  return {
    endpoint: baseUrl,
    askedModel: endpoint.model,
    saidModel: completion?.saidModel ?? null,
    fingerprint: completion?.fingerprint ?? null,
    server: completion?.server ?? null,
    ...(fewShot && { fewShotSha256: fewShotSha256(fewShot) }),
    sampling: settings.sent(sampling),
    notSent: settings.notSent(sampling),
    repetition,
  };
}

const ofPrompts = [400, 413, 422];

/** Whether an endpoint refuses what it was asked, and not whoever asks. */
export const isRefusedPrompt = (error: unknown): error is ExchangeError =>
  error instanceof ExchangeError && error.status !== undefined && ofPrompts.includes(error.status);

/**
 * Why, in words that tell no voter who was asked; `isCertain` where the server leaves no doubt that
 * it is about this prompt alone.
 */
export function refusalOf({ said, status }: ExchangeError): { reason: string; isCertain: boolean } {
  const words = `${said?.code ?? ''} ${said?.message ?? ''}`;
  if (
    status === 413 ||
    /context.{0,20}(length|size|window)|too (long|many tokens)|exceed_context/i.test(words)
  )
    return { reason: 'The prompt does not fit into the context.', isCertain: true };
  if (/content.?(filter|policy|management)/i.test(words))
    return { reason: 'A content filter refused the prompt.', isCertain: true };
  return { reason: 'The prompt was refused.', isCertain: false };
}
