import { setImmediate } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';
import { createContext, Script } from 'node:vm';
import type { Rendered, RenderOrder, TemplateRequests } from '../../engines/protocol/templates.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import { renderConversation } from '../../../shared/template/render-conversation.ts';
import { TemplateError } from '../../../shared/template/template-error.ts';
import type { Segment } from '../../../shared/template/turn-segments.ts';

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

// A thread of V8 watches scripts with a time limit: it stops also what never comes back to us.
const watched = new Script('work()');
const realm: { work?: () => void } = createContext({});

/** Renders one conversation within its time. */
function renderInTime(template: string, order: RenderOrder, timeout: number): Rendered {
  let segments: Segment[] = [];
  realm.work = () => {
    segments = renderConversation(template, order.messages, order.options);
  };
  try {
    watched.runInContext(realm, { timeout });
    return { segments };
  } catch (error) {
    if (error instanceof TemplateError) return { code: error.code, message: error.message };
    if (!isTimeout(error)) throw error;
    return {
      code: 'TEMPLATE_TOO_LONG',
      message: `The chat template was stopped: it runs for more than ${timeout / 1000} s.`,
    };
  }
}

// It is an error of the script's own realm, so `instanceof` does not know it.
const isTimeout = (error: unknown) =>
  isNativeError(error) && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
