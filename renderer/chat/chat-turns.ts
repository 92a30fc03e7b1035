import type { ChatAnswer, StoredTurn } from '../../shared/contract/chat.ts';
import type { Sampling, SystemSpec } from '../../shared/domain/identity.ts';
import type { Message } from '../../shared/domain/message.ts';
import type { ContextUse } from '../../shared/text/chat/answering.ts';

/** What was asked for; what really ran is in the answer's identity. */
export interface Asked {
  system: SystemSpec;
  sampling: Sampling;
  /** What stands before the conversation; empty for none. */
  systemPrompt: string;
}

/** How far an answer has come. `stopped` and `failed` keep the text that came until then. */
export type AnswerPhase = 'loading' | 'streaming' | 'done' | 'stopped' | 'failed';

/** The engine's own account of an answer; of a stored one the file tells no tokens and no time. */
export type AnswerAccount = Pick<ChatAnswer, 'identity' | 'finish'> &
  Partial<Pick<ChatAnswer, 'promptTokens' | 'outputTokens' | 'contextTokens' | 'durationMs'>>;

/** An answer on its way or at its end; of a stored one nobody knows any more what was asked for. */
export interface AnswerState {
  phase: AnswerPhase;
  text: string;
  asked: Asked | null;
  answer: AnswerAccount | null;
  error: unknown;
}

/** One prompt and the answer to it. */
export interface Turn {
  id: string;
  prompt: string;
  /** What stood before the conversation when it was answered; empty for none. */
  systemPrompt: string;
  answer: AnswerState;
  /** Where other branches begin here: the last answer of each, this one's among them. */
  branches: readonly string[];
  /** The place of this one among them. */
  branch: number;
  /** What stood here before it was asked again, from this place on; until an answer is stored. */
  replaced?: readonly Turn[];
}

/** The turns that stood where one failed, or stopped before a word; none where there is an answer. */
export function turnsToPutBack({ answer, replaced = [] }: Turn): readonly Turn[] {
  const isOver = answer.phase === 'failed' || answer.phase === 'stopped';
  return isOver && answer.answer === null ? replaced : [];
}

/** A turn of a conversation that is opened again. */
export function storedTurn(stored: StoredTurn): Turn {
  const { prompt, output, finish, identity, systemPrompt, branches, branch } = stored;
  const phase = finish === 'cancelled' ? 'stopped' : 'done';
  const answer = identity && finish ? { identity, finish } : null;
  return {
    id: crypto.randomUUID(),
    prompt,
    systemPrompt,
    answer: { phase, text: output, asked: null, answer, error: undefined },
    branches,
    branch,
  };
}

/** The turns with the branches that are stored of each; those that nothing is stored of stay. */
export function withBranches(
  turns: readonly Turn[],
  stored: readonly StoredTurn[],
): readonly Turn[] {
  let place = 0;
  return turns.map((turn) => {
    const found = stored[place];
    if (found?.prompt !== turn.prompt || found.output !== turn.answer.text) return turn;
    place += 1;
    return { ...turn, branches: found.branches, branch: found.branch };
  });
}

/** The last prompt that no stored answer has: it would be lost with the window. */
export function unansweredPrompt(turns: readonly Turn[]): string {
  const last = turns.at(-1);
  const isStored = last?.answer.phase === 'done' || last?.answer.phase === 'stopped';
  return last && !isStored ? last.prompt : '';
}

/** True while tokens may still come. */
export function isRunning(turns: readonly Turn[]): boolean {
  const phase = turns.at(-1)?.answer.phase;
  return phase === 'loading' || phase === 'streaming';
}

/**
 * The messages to send for a new prompt after these turns. A turn that failed before any text came
 * is left out: a template wants an answer after every prompt.
 */
export function messagesFor(
  turns: readonly Turn[],
  { prompt, systemPrompt }: Pick<Turn, 'prompt' | 'systemPrompt'>,
): Message[] {
  const system: Message[] = systemPrompt === '' ? [] : [{ role: 'system', content: systemPrompt }];
  const past = turns
    .filter((turn) => turn.answer.text !== '')
    .flatMap((turn): Message[] => [
      { role: 'user', content: turn.prompt },
      { role: 'assistant', content: turn.answer.text },
    ]);
  return [...system, ...past, { role: 'user', content: prompt }];
}

/**
 * The sample that a turn becomes: its prompt and answer, behind what was said before them. Earlier
 * answers are read and not learned: nobody chose them.
 */
export function sampleOf(before: readonly Turn[], turn: Turn): Message[] {
  const read = messagesFor(before, turn).map((message): Message =>
    message.role === 'assistant' ? { ...message, weight: 0 } : message,
  );
  return [...read, { role: 'assistant', content: turn.answer.text }];
}

/** The turns with a change to the answer of one of them; unchanged when that turn is gone. */
export function withAnswer(
  turns: readonly Turn[],
  id: string,
  change: Partial<AnswerState>,
): readonly Turn[] {
  return turns.map((turn) =>
    turn.id === id ? { ...turn, answer: { ...turn.answer, ...change } } : turn,
  );
}

/** How full the context was behind an answer; `null` where nobody counted. */
export function contextUseOf(answer: AnswerAccount | null): ContextUse | null {
  const { promptTokens, outputTokens, contextTokens } = answer ?? {};
  if (promptTokens === undefined || outputTokens === undefined || contextTokens === undefined)
    return null;
  return { promptTokens, outputTokens, contextTokens };
}

/** Answer tokens per second of the engine's time, `null` when too few came to tell. */
export function tokensPerSecond({
  outputTokens = 0,
  durationMs = 0,
}: AnswerAccount): number | null {
  if (outputTokens < 2 || durationMs <= 0) return null;
  return outputTokens / (durationMs / 1000);
}
