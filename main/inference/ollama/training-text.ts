import type { Message } from '../../../shared/domain/message.ts';
import { strip } from '../../../shared/template/jinja/python-text.ts';
import type { Segment } from '../../../shared/template/turn-segments.ts';

/** Renders a conversation as a run and a chat do: as the prompt for an answer, or as a sample. */
export type RenderTraining = (
  messages: readonly Message[],
  asPrompt: boolean,
) => Promise<Segment[]>;

/** A text that no template has. */
export const mark = (index: number) => `Lima${index}Mark`;

/** What a chat can see of a rendered conversation: of a sample, up to the end of the last answer. */
export function textOf(segments: readonly Segment[], asPrompt: boolean): string {
  const last = segments.findLastIndex(({ kind }) => kind === 'content');
  const seen = asPrompt ? segments : segments.slice(0, last + 1);
  return seen.map(({ text }) => text).join('');
}

/** What stands behind answers and is trained with them, without the white space before it. */
export function stopsOf(segments: readonly Segment[]): string[] {
  return segments.flatMap(({ kind, trained, isLead, text }) =>
    kind === 'template' && trained && !isLead && text.trim() !== '' ? [strip(text)] : [],
  );
}
