import type { Message } from '../domain/message.ts';
import { promptText, type TemplateTexts } from './generation-prompt.ts';
import type { RenderedPiece } from './split-rendering.ts';
import { splitThinking } from './thinking.ts';

/**
 * A stretch of a rendered conversation. `template` text is tokenized with special tokens,
 * `content` without: a user who types `<|im_end|>` must not end a turn.
 */
export interface Segment {
  text: string;
  kind: 'template' | 'content';
  /** The message it is, ends or introduces; the number of messages for a generation prompt. */
  messageIndex: number;
  /** Whether its tokens are targets of the loss. */
  trained: boolean;
  /** Template text that the model has to write itself in front of an answer. */
  isLead?: true;
  /** What a person has to know of the answer that begins here. */
  remarks?: readonly AnswerRemark[];
}

/**
 * Why an answer teaches something else than a chat will ask for. `prompt-differs`: the prompt of
 * the chat is not what stands before the answer here; `thinking-dropped`: the template left out
 * the thinking that the message has; `thinking-masked`: so did it, and the answer is not trained.
 */
export interface AnswerRemark {
  kind: 'prompt-differs' | 'thinking-dropped' | 'thinking-masked';
  /** What differs, for a person. */
  text: string;
}

/** All text of a rendered conversation, for showing it and for tests. */
export const segmentsText = (segments: readonly Segment[]): string =>
  segments.map(({ text }) => text).join('');

/**
 * Cuts rendered pieces into segments: behind an answer, the end-of-turn text (white space and one
 * of `endTexts`) belongs to the answer and is trained with it.
 */
export function segmentsOfPieces(
  pieces: readonly RenderedPiece[],
  messages: readonly Message[],
  endTexts: readonly string[],
): Segment[] {
  const segments: Segment[] = [];
  let spoken = -1;
  for (const [index, { text, messageIndex, losesThinking }] of pieces.entries()) {
    if (messageIndex !== null) {
      spoken = messageIndex;
      const message = messages[messageIndex];
      const spaces = message?.role === 'assistant' ? '' : takeTrailingSpaces(segments);
      const trained = isTrainedAnswer(message);
      segments.push({
        text: spaces + text,
        kind: 'content',
        messageIndex,
        trained,
        ...(losesThinking && trained && { remarks: [thinkingDropped(message?.content ?? '')] }),
      });
      continue;
    }
    const previous = messages[spoken];
    const next = pieces[index + 1]?.messageIndex ?? messages.length;
    const trained = isTrainedAnswer(previous);
    if (next === spoken) {
      segments.push({ text, kind: 'template', messageIndex: spoken, trained });
      continue;
    }
    const end = previous?.role === 'assistant' ? endOfTurn(text, endTexts) : '';
    if (end !== '') segments.push({ text: end, kind: 'template', messageIndex: spoken, trained });
    const rest = text.slice(end.length);
    if (rest !== '')
      segments.push({ text: rest, kind: 'template', messageIndex: next, trained: false });
  }
  return segments;
}

const thinkingDropped = (answer: string): AnswerRemark => ({
  kind: 'thinking-dropped',
  text:
    splitThinking(answer).thinking === null
      ? 'the template takes the text in front of a </think> in this answer for thinking, and leaves it out'
      : 'the template leaves out the thinking of this answer, and trains the rest as if there had been none',
});

/** Vocabularies know words with a space in front, so `[INST] ` must not keep the space of a word. */
function takeTrailingSpaces(segments: Segment[]): string {
  const last = segments.at(-1);
  if (last?.kind !== 'template') return '';
  const kept = last.text.replace(/ +$/, '');
  const spaces = last.text.slice(kept.length);
  segments.pop();
  if (kept !== '') segments.push({ ...last, text: kept });
  return spaces;
}

/**
 * Moves what a template writes between the chat prompt and an answer over to the answer, because
 * in a chat the model has to write it: `[/INST]| Yes`. White space joins the content.
 */
export function moveLeads(
  segments: readonly Segment[],
  template: string,
  messages: readonly Message[],
  texts: TemplateTexts,
): Segment[] {
  const full = segments.map(({ text }) => text).join('');
  const moved: Segment[] = [];
  let offset = 0;
  let answered = -1;
  for (const segment of segments) {
    const { messageIndex } = segment;
    const isAnswer =
      segment.kind === 'content' &&
      messages[messageIndex]?.role === 'assistant' &&
      messageIndex !== answered;
    if (isAnswer) answered = messageIndex;
    if (isAnswer && messages[messageIndex - 1]?.role === 'user') {
      const prompt = promptText(template, messages.slice(0, messageIndex), texts);
      const given = full.startsWith(prompt) ? prompt.length - offset : 0;
      const isGiven = given > 0 && given < segment.text.length;
      if (isGiven) moved.push(...withGiven(moved, segment, given));
      const before = full.slice(0, isGiven ? prompt.length : offset);
      const difference = segment.trained ? promptDifference(before, prompt) : [];
      const remarks = [...(segment.remarks ?? []), ...difference];
      const lead = full.startsWith(prompt) ? full.slice(prompt.length, offset) : '';
      const text = isGiven ? segment.text.slice(given) : segment.text;
      const answer = { ...segment, text, ...(remarks.length > 0 && { remarks }) };
      moved.push(...withLead(moved, answer, lead));
    } else moved.push(segment);
    offset += segment.text.length;
  }
  return moved;
}

const shownCharacters = 60;

/** Says where the prompt of a chat is not what stands before an answer. */
function promptDifference(before: string, prompt: string): AnswerRemark[] {
  const length = Math.max(prompt.length, before.length);
  let at = 0;
  while (at < length && at < prompt.length && prompt[at] === before[at]) at += 1;
  if (at === prompt.length) return [];
  const [asked, trained] = [prompt, before].map((text) =>
    JSON.stringify(text.slice(at, at + shownCharacters)),
  );
  const text = `where the prompt of a chat has ${asked}, the sample has ${trained}`;
  return [{ kind: 'prompt-differs', text }];
}

/** The prompt of a chat may end within the answer: `<think>\n`, with which the answer begins, too. */
function withGiven(before: Segment[], { messageIndex, text }: Segment, given: number): Segment[] {
  const header = before.at(-1);
  const own = text.slice(0, given);
  if (header?.kind !== 'template')
    return [{ text: own, kind: 'template', messageIndex, trained: false }];
  before.pop();
  return [{ ...header, text: header.text + own }];
}

function withLead(before: Segment[], answer: Segment, lead: string): Segment[] {
  const header = before.at(-1);
  if (lead === '' || header?.kind !== 'template' || !header.text.endsWith(lead)) return [answer];
  before.pop();
  const kept = header.text.slice(0, -lead.length);
  if (kept !== '') before.push({ ...header, text: kept });
  if (lead.trim() === '') return [{ ...answer, text: lead + answer.text }];
  const { remarks: _remarks, ...bare } = answer;
  return [{ ...bare, text: lead, kind: 'template', isLead: true }, answer];
}

/** White space and the first end text at the start of `text`, or ''. */
function endOfTurn(text: string, endTexts: readonly string[]): string {
  const blank = /^\s*/.exec(text)?.[0] ?? '';
  const rest = text.slice(blank.length);
  for (const end of endTexts.toSorted((a, b) => b.length - a.length)) {
    // An end text may itself start with white space, so both positions are tried.
    if (end !== '' && rest.startsWith(end)) return blank + end;
    if (end !== '' && text.startsWith(end)) return end;
  }
  return '';
}

const isTrainedAnswer = (message: Message | undefined): boolean =>
  message?.role === 'assistant' && message.weight !== 0;
