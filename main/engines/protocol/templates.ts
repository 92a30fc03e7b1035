import type { Message } from '../../../shared/domain/message.ts';
import type { RenderOptions } from '../../../shared/template/render-conversation.ts';
import type { TemplateErrorCode } from '../../../shared/template/template-error.ts';
import type { Segment } from '../../../shared/template/turn-segments.ts';

/** One conversation that a template shall render. */
export interface RenderOrder {
  messages: readonly Message[];
  options: RenderOptions;
}

/** What became of an order: segments, or the refusal of the template. */
export type Rendered = { segments: Segment[] } | { code: TemplateErrorCode; message: string };

/** Requests to the template process: an event for each order, in their order, each in `budgetMs`. */
export type TemplateRequests = {
  render: {
    params: { template: string; orders: RenderOrder[]; budgetMs: number };
    event: Rendered;
    result: null;
  };
};
