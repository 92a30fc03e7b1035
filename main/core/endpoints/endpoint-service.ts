import type { EndpointAnswer, EndpointTrial } from '../../../shared/contract/network.ts';
import type { Endpoint, EndpointSystem } from '../../../shared/domain/endpoint.ts';
import { withRepetitions } from '../../../shared/domain/evaluate/answer-seed.ts';
import { isDialogue, type TurnAnswer } from '../../../shared/domain/evaluate/dialogue.ts';
import type { Sampling } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { callEvents } from '../base/call-events.ts';
import { normalBaseUrl } from '../network/base-url.ts';
import type { CoreState } from '../project/core-state.ts';
import type { Talk } from '../models/ask-turns.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { talkByEndpoint } from './talk-by-endpoint.ts';

/** Stores the key of an endpoint for every project of this person, or removes it. */
export function setKey(
  { network, session }: CoreState,
  input: { baseUrl: string; key: string | null },
): { baseUrl: string; hasKey: boolean } {
  const baseUrl = normalBaseUrl(input.baseUrl);
  network.setKey(baseUrl, input.key);
  session?.changes.touch('network');
  return { baseUrl, hasKey: input.key !== null };
}

const mostModels = 1000;

/** The models that an endpoint lists. */
export async function endpointModels(
  session: ProjectSession,
  baseUrl: string,
  signal: AbortSignal | undefined,
): Promise<{ models: string[] }> {
  const client = session.network.client(baseUrl, 'models');
  const models = await asked(session, signal, (anySignal) => client.models(anySignal));
  return { models: models.slice(0, mostModels) };
}

const trialTokens = 16;

/** Asks an endpoint for one word, to see what it says of itself and what it can. */
export async function tryEndpoint(
  session: ProjectSession,
  { baseUrl, model }: Endpoint,
  signal: AbortSignal | undefined,
): Promise<EndpointTrial> {
  const client = session.network.client(baseUrl, 'test');
  const startMs = Date.now();
  const messages = [{ role: 'user', content: 'Say hello.' }];
  const body = { model, messages, max_tokens: trialTokens, logprobs: true, top_logprobs: 5 };
  const { saidModel, fingerprint, server, firstToken } = await asked(session, signal, (anySignal) =>
    client.chat(body, anySignal),
  );
  const hasLogprobs = (firstToken?.top.length ?? 0) > 0;
  return { saidModel, fingerprint, server, ms: Date.now() - startMs, hasLogprobs };
}

type EndpointEvent =
  | { type: 'turn'; key: string }
  | { type: 'answer'; key: string; answer: EndpointAnswer; turns?: TurnAnswer[] };

/** Streams the answers of an endpoint to prompts that are in no project. */
export const endpointAnswers = (
  session: ProjectSession,
  {
    system,
    items,
    sampling,
    parallel,
  }: {
    system: EndpointSystem;
    items: { key: string; messages: Message[] }[];
    sampling: Sampling;
    parallel: number;
  },
  caller: AbortSignal | undefined,
): AsyncGenerator<EndpointEvent, void> =>
  callEvents<EndpointEvent>(session.calls, caller, async (emit, signal) => {
    const asked = { ...system, sampling, parallel, hasAnswered: false };
    const talks = withRepetitions(items).map((item): Talk => ({ ...item, turns: [] }));
    await talkByEndpoint(
      session.network,
      { ...asked, talks },
      {
        signal,
        onAnswer: ({ key, messages, turns }, answer, isLast) => {
          if (isLast) emit({ type: 'answer', key, answer, ...(isDialogue(messages) && { turns }) });
          else emit({ type: 'turn', key });
        },
      },
    );
  });

/** Ends with its caller, with the project, and when network is turned off. */
async function asked<Value>(
  session: ProjectSession,
  signal: AbortSignal | undefined,
  ask: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  try {
    return await session.calls.run([signal, session.network.ending], ask);
  } finally {
    session.changes.touch('network');
  }
}
