import { setImmediate } from 'node:timers/promises';
import type { Rendered, RenderOrder, TemplateRequests } from '../../engines/protocol/templates.ts';
import { callInTime } from '../../engines/call-in-time.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import { renderConversation } from '../../../shared/template/render-conversation.ts';
import { TemplateError } from '../../../shared/template/template-error.ts';

type Render = TemplateRequests['render'];

/** Renders every order and tells each as soon as it is there. */
export async function renderAll(
  { template, orders, budgetMs }: Render['params'],
  { emit, signal }: RequestContext<Render['event']>,
): Promise<null> {
  for (const order of orders) {
    emit(renderInTime(template, order, budgetMs));
    // Lets the event out before the next one, which may end this process.
    await setImmediate();
    signal.throwIfAborted();
  }
  return null;
}

/** Renders one conversation within its time. */
function renderInTime(template: string, order: RenderOrder, timeoutMs: number): Rendered {
  try {
    const done = callInTime(
      () => renderConversation(template, order.messages, order.options),
      timeoutMs,
    );
    if (done) return { segments: done.value };
    return {
      code: 'TEMPLATE_TOO_LONG',
      message: `The chat template was stopped: it runs for more than ${timeoutMs / 1000} s.`,
    };
  } catch (error) {
    if (error instanceof TemplateError) return { code: error.code, message: error.message };
    throw error;
  }
}
