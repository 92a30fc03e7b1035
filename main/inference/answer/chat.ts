import type { Answer, InferenceRequests } from '../../engines/protocol/inference.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import { answerPrompt, contextSize, encodeAsked, identify } from './answer-prompt.ts';
import type { LlamaRuntime } from '../model/llama-runtime.ts';
import type { ModelHost } from '../model/model-host.ts';

type Chat = InferenceRequests['chat'];

/** Answers a conversation while streaming text; a cancel keeps what was said so far. */
export async function chat(
  runtime: LlamaRuntime,
  host: ModelHost,
  { system, messages, sampling }: Chat['params'],
  request: RequestContext<Chat['event']>,
): Promise<Answer> {
  const loaded = await host.open(system, request.signal);
  const prompt = await encodeAsked(loaded, system, messages);
  const tokens = contextSize([prompt.tokens.length], sampling.maxTokens, loaded.trainedTokens);
  const context = await host.createContext(loaded, system, { tokens, sequences: 1 });
  try {
    const onToken = (text: string) => {
      if (text !== '') request.emit({ type: 'text', text });
    };
    const answer = await answerPrompt(
      context.getSequence(),
      { prompt, sampling },
      { signal: request.signal, onToken },
    );
    const contextTokens = loaded.model.trainContextSize;
    return {
      ...answer,
      contextTokens,
      identity: identify(runtime, loaded, system, { sampling, parallel: 1 }),
    };
  } finally {
    await context.dispose();
  }
}
