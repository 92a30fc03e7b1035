import type { Message } from '../../../shared/domain/message.ts';
import type { TokenizedConversation } from '../model/vocabulary.ts';

/**
 * Consecutive tokens of a sample with one fate. A `sequence` is what the trainer gets as one;
 * its first `repeated` tokens stand in an earlier one too and are masked here.
 */
export interface Stretch extends TokenizedConversation {
  kind: 'sequence' | 'unseen';
  repeated: number;
}

/** A sequence, or unseen where nothing of it is trained. */
export function stretchOf(conversation: TokenizedConversation, repeated = 0): Stretch {
  const kind = conversation.trained.includes(1) ? 'sequence' : 'unseen';
  return { ...conversation, kind, repeated };
}

/** The tokens from `start` up to `end` (exclusive). */
export function slice(
  { tokens, trained, turns, remarks }: TokenizedConversation,
  start: number,
  end?: number,
): TokenizedConversation {
  return {
    tokens: tokens.slice(start, end),
    trained: trained.slice(start, end),
    turns: turns.slice(start, end),
    remarks,
  };
}

/** The same with its first `count` tokens kept out of the loss. */
export function maskStart(
  conversation: TokenizedConversation,
  count: number,
): TokenizedConversation {
  const trained = conversation.trained.map((mark, index) => (index < count ? 0 : mark));
  return { ...conversation, trained };
}

/** One behind the other. */
function join(a: TokenizedConversation, b: TokenizedConversation): TokenizedConversation {
  return {
    tokens: [...a.tokens, ...b.tokens],
    trained: [...a.trained, ...b.trained],
    turns: [...a.turns, ...b.turns],
    remarks: b.remarks,
  };
}

/** What turns conversations into tokens; `beginToken` opens every text of the model. */
export interface SampleTokenizer {
  beginToken: number | null;
  encodeSample(messages: readonly Message[]): Promise<TokenizedConversation>;
}

/** Share of a window that repeats, masked, what stands before it: the text its tokens follow from. */
const contextShare = 1 / 4;

/**
 * Splits a sample into sequences of at most `maxTokens` so that each trained token is trained once.
 *
 * Questions with their answers stay whole: as many as fit make a sequence, rendered by the template
 * as a conversation of their own behind the system message, as a chat would show it. Where one
 * question and answer is too long by itself it becomes consecutive windows of the same text; each
 * one after the first begins with the token that begins every text and, masked, the quarter
 * window before it. A window without a trained token is left unseen.
 */
export async function splitSample(
  tokenizer: SampleTokenizer,
  messages: readonly Message[],
  maxTokens: number,
): Promise<Stretch[]> {
  const indexes = messages.map((_, index) => index);
  const system = indexes.filter((index) => messages[index]?.role === 'system');
  const encode = (turns: readonly number[]) => encodeTurns(tokenizer, messages, turns);
  const stretches: Stretch[] = [];
  let rest = exchangesOf(messages);
  while (rest.length > 0) {
    let count = 1;
    let group = await encode([...system, ...rest.slice(0, 1).flat()]);
    while (count < rest.length) {
      const longer = await encode([...system, ...rest.slice(0, count + 1).flat()]);
      if (longer.tokens.length > maxTokens) break;
      group = longer;
      count += 1;
    }
    const repeated = stretches.length === 0 ? 0 : countLeading(group.turns, system);
    stretches.push(...windows(maskStart(group, repeated), repeated, { tokenizer, maxTokens }));
    rest = rest.slice(count);
  }
  return stretches;
}

/** Message indexes in groups that each begin with a question; system messages belong to none. */
function exchangesOf(messages: readonly Message[]): number[][] {
  const exchanges: number[][] = [];
  for (const [index, { role }] of messages.entries()) {
    if (role === 'system') continue;
    const isQuestion = role === 'user' && messages[index - 1]?.role !== 'user';
    if (isQuestion || exchanges.length === 0) exchanges.push([index]);
    else exchanges.at(-1)?.push(index);
  }
  return exchanges;
}

async function encodeTurns(
  tokenizer: SampleTokenizer,
  messages: readonly Message[],
  turns: readonly number[],
): Promise<TokenizedConversation> {
  const encoded = await tokenizer.encodeSample(turns.flatMap((turn) => messages[turn] ?? []));
  const remarks = encoded.remarks.map((remark) => ({
    ...remark,
    message: turns[remark.message] ?? 0,
  }));
  return { ...encoded, remarks, turns: encoded.turns.map((index) => turns[index] ?? 0) };
}

/** How many tokens at the start belong to one of these messages. */
function countLeading(turns: readonly number[], messages: readonly number[]): number {
  const other = turns.findIndex((turn) => !messages.includes(turn));
  return other < 0 ? turns.length : other;
}

interface WindowRules {
  tokenizer: SampleTokenizer;
  maxTokens: number;
}

function windows(
  whole: TokenizedConversation,
  repeated: number,
  { tokenizer, maxTokens }: WindowRules,
): Stretch[] {
  const lead = whole.tokens[0] === tokenizer.beginToken ? slice(whole, 0, 1) : slice(whole, 0, 0);
  const context = Math.floor(maxTokens * contextShare);
  const masked = lead.tokens.length + context;
  const stretches = [stretchOf(slice(whole, 0, maxTokens), repeated)];
  for (let start = maxTokens; start < whole.tokens.length; start += maxTokens - masked) {
    const text = slice(whole, start - context, start + maxTokens - masked);
    stretches.push(stretchOf(maskStart(join(lead, text), masked), masked));
  }
  return stretches;
}
