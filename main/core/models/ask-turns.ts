import type { InferenceRequests } from '../../engines/protocol/inference.ts';
import { turnPrompt, turnsOf, type TurnAnswer } from '../../../shared/domain/evaluate/dialogue.ts';
import type { AnswerIdentity, Identity, Sampling } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import type { GuardedInference, GuardedSystem } from '../files/guarded-engines.ts';

/** A prompt that one system is asked, and what it has answered so far: a dialogue turn by turn. */
export interface Talk {
  key: string;
  messages: readonly Message[];
  repetition: number;
  turns: TurnAnswer[];
}

type AnswerEvent = Extract<InferenceRequests['generate']['event'], { type: 'answer' }>['answer'];

/** One answer of a talk: a turn that is answered, or why this one cannot be asked. */
export type TalkAnswer<Of extends AnswerIdentity = Identity> = Omit<
  AnswerEvent,
  'finish' | 'identity'
> & {
  finish: Exclude<AnswerEvent['finish'], 'cancelled'>;
  identity: Of;
};

interface Asking {
  system: GuardedSystem;
  sampling: Sampling;
  parallel: number | undefined;
  signal: AbortSignal;
  /** Before each round: the tokens of a request are counted from 0. */
  onRound?: () => void;
  onTokens?: (tokens: number) => void;
  /** One answer, the last of its talk or not; where it failed, its words name the turn. */
  onAnswer: (talk: Talk, answer: TalkAnswer, isLast: boolean) => void;
}

/**
 * Asks talks to their end, each on its own answers: all that are open are asked their next turn side
 * by side. Each turn is a prompt like any other, so its seed follows from the words so far.
 */
export const askTurns = (
  engine: GuardedInference,
  talks: readonly Talk[],
  asking: Asking,
): Promise<void> => inRounds(talks, (open) => askRound(engine, open, asking));

/** Rounds of all talks that are open; a round returns the keys of those that it had an answer for. */
export async function inRounds(
  talks: readonly Talk[],
  askOpen: (open: readonly Talk[]) => Promise<ReadonlySet<string>>,
): Promise<void> {
  let open = talks;
  while (open.length > 0) {
    const answered = await askOpen(open);
    open = open.filter(
      ({ key, messages, turns }) => answered.has(key) && turns.length < turnsOf(messages),
    );
  }
}

/** Asks the next turn of each talk, and returns the keys of those that go on. */
async function askRound(
  engine: GuardedInference,
  talks: readonly Talk[],
  asking: Asking,
): Promise<Set<string>> {
  const { system, sampling, parallel, signal, onRound, onTokens, onAnswer } = asking;
  const byKey = new Map(talks.map((talk) => [talk.key, talk]));
  const answered = new Set<string>();
  onRound?.();
  const items = talks.map(nextTurn);
  const onEvent = (event: InferenceRequests['generate']['event']) => {
    if (event.type === 'tokens') return onTokens?.(event.tokens);
    const talk = byKey.get(event.key);
    const { finish, ...answer } = event.answer;
    if (!talk || finish === 'cancelled') return undefined;
    if (finish !== 'failed') answered.add(event.key);
    return tellTurn(talk, { ...answer, finish }, onAnswer);
  };
  await engine.request('generate', { system, items, sampling, parallel }, { signal, onEvent });
  return answered;
}

/** What a talk is asked next. */
export const nextTurn = ({ key, messages, repetition, turns }: Talk) => ({
  key,
  messages: turnPrompt(
    messages,
    turns.map(({ output }) => output),
  ),
  repetition,
});

/** Adds an answer to its talk and tells it; one that failed is its last, and names its turn. */
export function tellTurn<Of extends AnswerIdentity>(
  talk: Talk,
  answer: TalkAnswer<Of>,
  tell: (talk: Talk, answer: TalkAnswer<Of>, isLast: boolean) => void,
): void {
  const { finish } = answer;
  if (finish === 'failed')
    return tell(talk, { ...answer, output: failureText(talk, answer.output) }, true);
  talk.turns.push({ ...answer, finish });
  return tell(talk, answer, talk.turns.length >= turnsOf(talk.messages));
}

const failureText = ({ messages, turns }: Talk, reason: string): string =>
  turnsOf(messages) > 1 ? `Turn ${turns.length + 1} of the dialogue: ${reason}` : reason;
