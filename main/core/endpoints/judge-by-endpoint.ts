import type { Endpoint } from '../../../shared/domain/endpoint.ts';
import type { EndpointIdentity, Sampling } from '../../../shared/domain/identity.ts';
import { forgedFence, judgeText } from '../../../shared/domain/judge/judge-frame.ts';
import type { RubricText } from '../../../shared/domain/judge/rubric.ts';
import {
  sharesOfSamples,
  sharesOfTokens,
  type SymbolShares,
} from '../../../shared/domain/judge/symbol-shares.ts';
import type { JudgeItem, JudgeVerdict } from '../../engines/protocol/inference.ts';
import { askAtOnce } from '../network/ask-at-once.ts';
import type { Completion } from '../network/completion.ts';
import type { EndpointClient } from '../network/endpoint-client.ts';
import { ExchangeError } from '../network/endpoint-error.ts';
import type { ProjectNetwork } from '../network/project-network.ts';
import { mostRequestsAtOnce, refusalOf, isRefusedPrompt } from './answer-by-endpoint.ts';
import { SentSettings } from './sent-settings.ts';

/** What a judge behind an endpoint is asked. */
export interface EndpointJudging {
  endpoint: Endpoint;
  rubric: Pick<RubricText, 'instruction' | 'question' | 'symbols'>;
  nonce: string;
  items: readonly JudgeItem[];
}

/** A verdict with who gave it, as far as that is told, and how it was read. */
export type EndpointVerdict = Omit<JudgeVerdict, 'key'> & { identity: EndpointIdentity };

interface Listener {
  signal: AbortSignal;
  onVerdict: (key: string, verdict: EndpointVerdict) => void;
  onFailure: (key: string, failure: { order: JudgeVerdict['order']; reason: string }) => void;
}

/** How many samples stand for the probabilities that an endpoint does not tell. */
const samplesOfEach = 20;
/** OpenAI tells 20 likeliest tokens at most, others fewer. */
const topCounts = [20, 5];
/** A sample may begin with a mark or a line of its own. */
const sampleTokens = 6;

/**
 * Asks an endpoint for verdicts, several at a time: by the probabilities of the symbols as its next
 * token, else by the share of samples that begin with each. What it refuses fails alone; whatever
 * else goes wrong ends it.
 */
export async function judgeByEndpoint(
  network: ProjectNetwork,
  { items, ...judging }: EndpointJudging,
  { signal, onVerdict, onFailure }: Listener,
): Promise<void> {
  const client = network.client(judging.endpoint.baseUrl, 'judge');
  const judge = new EndpointJudge(client, judging, network.require(judging.endpoint.baseUrl));
  const failed = new Set<string>();
  const asked = items.flatMap((item) =>
    (item.orders ?? ordersOf(item)).map((order) => ({ item, order })),
  );
  await askAtOnce(network, asked, { most: mostRequestsAtOnce, signal }, async (one, anySignal) => {
    const { item, order } = one;
    if (failed.has(item.key)) return;
    const fail = (reason: string) => {
      if (!failed.has(item.key)) onFailure(item.key, { order, reason });
      failed.add(item.key);
    };
    const forged = forgedFence([item.prompt, ...item.answers], judging.nonce);
    if (forged !== undefined) return fail(forged);
    try {
      const verdict = await judge.ask(item, order, anySignal);
      if (verdict) onVerdict(item.key, { order, ...verdict });
      else fail('The judge’s likeliest words hold none of the symbols of the rubric.');
    } catch (error) {
      if (!isRefusedPrompt(error) || !refusalOf(error).isCertain) throw error;
      fail(refusalOf(error).reason);
    }
  });
}

const ordersOf = ({ answers }: JudgeItem): JudgeVerdict['order'][] =>
  answers.length === 1 ? ['given'] : ['given', 'swapped'];

type Said = Omit<EndpointVerdict, 'order'>;

/** One judge of one run: what its endpoint does not take or tell is learnt once. */
class EndpointJudge {
  readonly #client: EndpointClient;
  readonly #judging: Omit<EndpointJudging, 'items'>;
  readonly #baseUrl: string;
  readonly #settings = new SentSettings();
  /** Of `topCounts`; beyond them samples are taken. */
  #level = 0;

  constructor(client: EndpointClient, judging: Omit<EndpointJudging, 'items'>, baseUrl: string) {
    this.#client = client;
    this.#judging = judging;
    this.#baseUrl = baseUrl;
  }

  /** Undefined where no symbol is among what the judge would say. */
  async ask(
    { prompt, answers }: JudgeItem,
    order: JudgeVerdict['order'],
    signal: AbortSignal,
  ): Promise<Said | undefined> {
    const shown = order === 'given' ? answers : answers.toReversed();
    const content = judgeText(prompt, shown, this.#judging);
    for (;;) {
      const level = this.#level;
      const top = topCounts[level];
      if (top === undefined) return await this.#bySamples(content, signal);
      const completion = await this.#byTokens(content, top, signal);
      if (completion?.firstToken && completion.firstToken.top.length > 0)
        return this.#said(sharesOfTokens(this.#judging.rubric.symbols, completion.firstToken.top), {
          completion,
          sampling: sampled(1, 0),
          verdictFrom: 'logprobs',
          verdictOf: top,
        });
      // Told none at all: asking for fewer would not help.
      this.#level = Math.max(this.#level, completion ? topCounts.length : level + 1);
    }
  }

  /** Undefined where the endpoint does not take the parameters. */
  async #byTokens(content: string, top: number, signal: AbortSignal) {
    const wish = { logprobs: true, top_logprobs: top };
    try {
      return await this.#complete(content, { wish, sampling: sampled(1, 0) }, signal);
    } catch (error) {
      const words = error instanceof ExchangeError ? (error.said ?? null) : null;
      if (words && /logprobs/i.test(`${words.param} ${words.message}`)) return undefined;
      throw error;
    }
  }

  async #bySamples(content: string, signal: AbortSignal): Promise<Said | undefined> {
    const texts: string[] = [];
    let completion: Completion | undefined;
    for (let seed = 0; seed < samplesOfEach; seed += 1) {
      const asked = { wish: {}, sampling: sampled(sampleTokens, seed) };
      completion = await this.#complete(content, asked, signal);
      texts.push(completion.text);
    }
    if (!completion) return undefined;
    return this.#said(sharesOfSamples(this.#judging.rubric.symbols, texts), {
      completion,
      sampling: sampled(sampleTokens, 0),
      verdictFrom: 'samples',
      verdictOf: samplesOfEach,
    });
  }

  async #complete(
    content: string,
    { wish, sampling }: { wish: object; sampling: Sampling },
    signal: AbortSignal,
  ): Promise<Completion> {
    const { model } = this.#judging.endpoint;
    const messages = [{ role: 'user', content }];
    return await this.#settings.whileLearning(sampling, async (parameters) =>
      this.#client.chat({ model, messages, ...wish, ...parameters }, signal),
    );
  }

  #said(
    shares: SymbolShares | undefined,
    {
      completion,
      sampling,
      ...read
    }: {
      completion: Completion;
      sampling: Sampling;
      verdictFrom: 'logprobs' | 'samples';
      verdictOf: number;
    },
  ): Said | undefined {
    const { saidModel, fingerprint, server, promptTokens } = completion;
    const identity = {
      endpoint: this.#baseUrl,
      askedModel: this.#judging.endpoint.model,
      saidModel,
      fingerprint,
      server,
      sampling: this.#settings.sent(sampling),
      notSent: this.#settings.notSent(sampling),
      ...read,
    };
    return shares && { ...shares, promptTokens, identity };
  }
}

/** At temperature 1 what is told, or drawn, are the model's own probabilities. */
const sampled = (maxTokens: number, seed: number): Sampling => ({
  temperature: 1,
  topP: 1,
  topK: 0,
  minP: 0,
  repeatPenalty: 1,
  maxTokens,
  seed,
});
