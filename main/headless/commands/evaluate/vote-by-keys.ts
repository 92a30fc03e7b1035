import { emitKeypressEvents, type Key } from 'node:readline';
import type { BlindComparison } from '../../../../shared/contract/evaluate.ts';
import { splitPrompt } from '../../../../shared/domain/evaluate/dialogue.ts';
import type { Call } from '../../cli/command.ts';
import { CancelledError } from '../../cli/command-error.ts';
import type { Ballot } from './ballot.ts';

const verdictOfKey = { '1': 'left', '2': 'neither', '3': 'right' } as const;
const question = '1 left is better · 2 neither · 3 right is better · u undo · q stop';

type Choice = (typeof verdictOfKey)[keyof typeof verdictOfKey] | 'undo' | 'stop';

/** Shows one comparison after the other and stores a vote per key; returns how many stand. */
export async function voteByKeys(
  ballot: Ballot,
  { terminal, signal }: Pick<Call, 'terminal' | 'signal'>,
): Promise<number> {
  let voted = 0;
  let comparison = await ballot.pair();
  while (comparison) {
    terminal.note(describeComparison(comparison));
    const shownMs = Date.now();
    const choice = await nextChoice(signal);
    if (choice === 'stop') break;
    if (choice === 'undo') {
      const undone = await ballot.undo();
      if (undone) voted = Math.max(0, voted - 1);
      else terminal.note('There is no vote to take back.');
      comparison = undone ?? comparison;
    } else {
      const { comparisonId } = comparison;
      const durationMs = Date.now() - shownMs;
      await ballot.vote({ comparisonId, verdict: choice, durationMs });
      voted++;
      comparison = await ballot.pair();
    }
  }
  return voted;
}

function describeComparison(pair: BlindComparison): string {
  const { ordinal, prompt, left, right, dialogue } = pair;
  const rule = '─'.repeat(Math.min(process.stderr.columns ?? 80, 80));
  if (dialogue !== null) return describeDialogues(pair, dialogue, rule);
  const turns = prompt.map((message) => `${message.role}: ${message.content}`).join('\n');
  return [
    rule,
    `Comparison ${ordinal + 1}`,
    turns,
    rule,
    'LEFT',
    left,
    rule,
    'RIGHT',
    right,
    rule,
    question,
  ].join('\n');
}

/** Turn by turn: what the user said, and under it what either side answered. */
function describeDialogues(
  { ordinal, prompt }: BlindComparison,
  dialogue: NonNullable<BlindComparison['dialogue']>,
  rule: string,
): string {
  const { given } = splitPrompt(prompt);
  return [
    rule,
    `Comparison ${ordinal + 1}: two dialogues of ${dialogue.length} turns`,
    ...given.map(({ role, content }) => `${role}: ${content}`),
    ...dialogue.flatMap(({ asked, left, right }, turn) => [
      rule,
      `TURN ${turn + 1}, user: ${asked}`,
      '',
      `LEFT ${turn + 1}`,
      left,
      '',
      `RIGHT ${turn + 1}`,
      right,
    ]),
    rule,
    question,
  ].join('\n');
}

/** Waits for a key that means something. In raw mode Ctrl-C is a key, not a signal. */
async function nextChoice(signal: AbortSignal): Promise<Choice> {
  const { stdin } = process;
  const { promise, resolve, reject } = Promise.withResolvers<Choice>();
  const onKey = (text: string | undefined, key: Key) => {
    if (key.ctrl && key.name === 'c') return reject(new CancelledError());
    const choice = choiceOfKey(text);
    if (choice !== undefined) resolve(choice);
  };
  const onAbort = () => reject(new CancelledError());
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdin.resume();
  stdin.on('keypress', onKey);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    stdin.off('keypress', onKey);
    stdin.setRawMode(false);
    stdin.pause();
  }
}

function choiceOfKey(text: string | undefined): Choice | undefined {
  if (text === 'u') return 'undo';
  if (text === 'q') return 'stop';
  return text === '1' || text === '2' || text === '3' ? verdictOfKey[text] : undefined;
}
