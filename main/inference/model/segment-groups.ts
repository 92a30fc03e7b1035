import type { Message } from '../../../shared/domain/message.ts';
import type { Segment } from '../../../shared/template/turn-segments.ts';

/**
 * Segments in the groups that are tokenized as one text: all that stands between two answers,
 * the end of the first one included. The parts of an answer are groups of their own, because
 * the prompt of a chat ends where the answer begins.
 */
export function segmentGroups(
  segments: readonly Segment[],
  messages: readonly Pick<Message, 'role'>[],
): Segment[][] {
  const groups: Segment[][] = [];
  let wasAnswer = true;
  for (const [index, segment] of segments.entries()) {
    const isAnswer = isWithinAnswer(segments, index, messages);
    if (isAnswer || wasAnswer) groups.push([segment]);
    else groups.at(-1)?.push(segment);
    wasAnswer = isAnswer;
  }
  return groups;
}

/** Content of an answer, or what the model writes in front of it or between its parts. */
function isWithinAnswer(
  segments: readonly Segment[],
  index: number,
  messages: readonly Pick<Message, 'role'>[],
): boolean {
  const { kind, messageIndex, isLead } = segments[index] ?? {};
  if (messageIndex === undefined || messages[messageIndex]?.role !== 'assistant') return false;
  if (kind === 'content' || isLead) return true;
  const isOwnContent = (other: Segment) =>
    other.kind === 'content' && other.messageIndex === messageIndex;
  return segments.slice(0, index).some(isOwnContent) && segments.slice(index).some(isOwnContent);
}
