import { TemplateError } from '../../shared/template/template-error.ts';
import type { InferenceRequests } from '../engines/protocol/inference.ts';
import { InferenceError } from '../engines/protocol/errors.ts';
import type { EngineHandlers } from '../engines/serve-engine.ts';
import type { LlamaRuntime } from './model/llama-runtime.ts';
import { chat } from './answer/chat.ts';
import { embed } from './embed/embed.ts';
import { encode } from './encode/encode.ts';
import { generate } from './answer/generate.ts';
import { tokenShift } from './answer/token-shift.ts';
import { judge } from './judge/judge.ts';
import { ModelHost } from './model/model-host.ts';
import { taughtFormat } from './ollama/taught-format.ts';
import type { TemplateRenderer } from './template/template-renderer.ts';
import { XrayHost } from './encode/xray.ts';

/** The handlers of the inference process. One request runs at a time; others wait in order. */
export function inferenceHandlers(
  runtime: LlamaRuntime,
  templates: TemplateRenderer,
): EngineHandlers<InferenceRequests> {
  const host = new ModelHost(runtime, templates);
  const xrays = new XrayHost(runtime, templates);
  let previous: Promise<unknown> = Promise.resolve();

  const inTurn = async <Result>(
    signal: AbortSignal,
    run: () => Promise<Result>,
  ): Promise<Result> => {
    const before = previous;
    const { promise, resolve } = Promise.withResolvers<void>();
    previous = promise;
    await before;
    try {
      signal.throwIfAborted();
      return await run();
    } catch (error) {
      throw toEngineError(error, signal);
    } finally {
      resolve();
    }
  };

  return {
    chat: (params, context) => inTurn(context.signal, () => chat(runtime, host, params, context)),
    tokenShift: (params, context) =>
      inTurn(context.signal, () => tokenShift(host, params, context)),
    generate: (params, context) =>
      inTurn(context.signal, () => generate(runtime, host, params, context)),
    judge: (params, context) => inTurn(context.signal, () => judge(runtime, host, params, context)),
    embed: (params, context) => inTurn(context.signal, () => embed(host, params, context)),
    encode: (params, context) =>
      inTurn(context.signal, () => encode(runtime, templates, params, context)),
    taughtFormat: (params, { signal }) =>
      inTurn(signal, () => taughtFormat(runtime, templates, params, signal)),
    xray: (params, context) => inTurn(context.signal, () => xrays.count(params, context)),
    xraySample: async (params, { signal }) => {
      try {
        return await xrays.show(params);
      } catch (error) {
        throw toEngineError(error, signal);
      }
    },
    unload: (_params, context) =>
      inTurn(context.signal, async () => {
        await host.unload();
        return null;
      }),
  };
}

function toEngineError(error: unknown, signal: AbortSignal): unknown {
  // First: a load that was stopped says that the model cannot be loaded.
  if (signal.aborted)
    return new InferenceError('CANCELLED', 'Cancelled before there was an answer.');
  if (error instanceof TemplateError) return new InferenceError(error.code, error.message);
  return error;
}
