import { createInterface } from 'node:readline/promises';
import type { BlindComparison } from '../../../../shared/contract/evaluate.ts';
import { splitPrompt } from '../../../../shared/domain/evaluate/dialogue.ts';
import {
  voteReasonSchema,
  type ShownVerdict,
  type VoteReason,
} from '../../../../shared/domain/evaluate/evaluation.ts';
import { verdictLabel, verdictOptions } from '../../../../shared/text/evaluate/voting.ts';
import type { Call } from '../../cli/command.ts';
import { CancelledError } from '../../cli/command-error.ts';
import { nextKey } from '../../cli/next-key.ts';
import type { Ballot } from './ballot.ts';

/** What a key does that is no verdict. */
const deeds = {
  u: 'undo',
  p: 'previous',
  n: 'next',
  r: 'reason',
  t: 'tags',
  q: 'stop',
} as const;

type Deed = (typeof deeds)[keyof typeof deeds];
type Choice = { verdict: ShownVerdict } | { deed: Deed };

/** The keys in words, for help and for the line under a pair. */
export const keyLine = (hasBothBad: boolean): string =>
  [
    '1 left is better',
    '2 neither',
    '3 right is better',
    ...(hasBothBad ? ['4 both are bad'] : []),
    'r reason',
    't tags',
    'u undo',
    'p, n earlier and later pairs',
    'q stop',
  ].join(' · ');

type Terminal = Pick<Call, 'terminal' | 'signal'>;

/** Shows one comparison after the other and stores a vote per key; returns how many were stored. */
export async function voteByKeys(ballot: Ballot, call: Terminal): Promise<number> {
  const hasBothBad = await ballot.hasBothBad();
  const places = await ballot.places();
  let voted = 0;
  let comparison = await ballot.pair();
  while (comparison) {
    const shown = comparison;
    call.terminal.note(describeComparison(shown, keyLine(hasBothBad)));
    const given = await decide(shown, { hasBothBad, places }, call);
    if (given === 'stop') break;
    if ('goTo' in given) comparison = (await pairTowards(ballot, given, places)) ?? shown;
    else if ('undo' in given) {
      const undone = await ballot.undo();
      if (undone) voted = Math.max(0, voted - 1);
      else call.terminal.note('There is no vote to take back.');
      comparison = undone ?? shown;
    } else {
      await ballot.vote({ comparisonId: shown.comparisonId, ...given });
      voted += 1;
      comparison = await ballot.pair();
    }
  }
  return voted;
}

interface Cast extends VoteReason {
  verdict: ShownVerdict;
  durationMs: number;
}

type Decision = Cast | { undo: true } | { goTo: number; step: 1 | -1 } | 'stop';

/** Takes keys until one of them decides; a reason and tags are gathered on the way. */
async function decide(
  { ordinal, reason, tags }: BlindComparison,
  { hasBothBad }: { hasBothBad: boolean; places: number },
  { terminal, signal }: Terminal,
): Promise<Decision> {
  const shownMs = Date.now();
  const why: VoteReason = { reason, tags };
  for (;;) {
    const choice = await nextKey(signal, (key) => choiceOfKey(key, hasBothBad));
    if ('verdict' in choice) return { ...choice, ...why, durationMs: Date.now() - shownMs };
    if (choice.deed === 'stop') return 'stop';
    if (choice.deed === 'undo') return { undo: true };
    if (choice.deed === 'previous') return { goTo: ordinal - 1, step: -1 };
    if (choice.deed === 'next') return { goTo: ordinal + 1, step: 1 };
    const words = choice.deed === 'reason' ? 'Reason' : 'Tags, with commas between them';
    const typed = await typedLine(words, signal);
    const parsed = voteReasonSchema.safeParse(
      choice.deed === 'reason' ? { ...why, reason: typed } : { ...why, tags: tagsIn(typed) },
    );
    if (parsed.success) Object.assign(why, parsed.data);
    else terminal.note(`Not taken: ${parsed.error.issues[0]?.message ?? 'it is too long'}.`);
    terminal.note('Now the verdict.');
  }
}

const tagsIn = (text: string): string[] =>
  text.split(',').flatMap((tag) => (tag.trim() === '' ? [] : [tag.trim()]));

/** The nearest pair in a direction that has both answers; null where there is none. */
async function pairTowards(
  ballot: Ballot,
  { goTo, step }: { goTo: number; step: 1 | -1 },
  places: number,
): Promise<BlindComparison | null> {
  for (let ordinal = goTo; ordinal >= 0 && ordinal < places; ordinal += step) {
    const pair = await ballot.pair(ordinal);
    if (pair) return pair;
  }
  return null;
}

function describeComparison(pair: BlindComparison, keys: string): string {
  const { ordinal, prompt, left, right, dialogue, verdict, reason, tags } = pair;
  const turns = prompt.map((message) => `${message.role}: ${message.content}`).join('\n');
  const rule = '─'.repeat(Math.min(process.stderr.columns ?? 80, 80));
  const why = [...tags, reason].filter((word) => word !== '').join(' · ');
  const standing = verdict
    ? [`Your vote: ${verdictLabel(verdict)}${why === '' ? '' : ` (${why})`}`]
    : [];
  if (dialogue !== null)
    return describeDialogues(pair, dialogue, { rule, end: [...standing, keys] });
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
    ...standing,
    keys,
  ].join('\n');
}

/** Turn by turn: what the user said, and under it what either side answered. */
function describeDialogues(
  { ordinal, prompt }: BlindComparison,
  dialogue: NonNullable<BlindComparison['dialogue']>,
  { rule, end }: { rule: string; end: readonly string[] },
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
    ...end,
  ].join('\n');
}

/** A line that a person types; nothing where they only press Enter. */
async function typedLine(question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(`${question}: `, { signal });
  } catch {
    throw new CancelledError();
  } finally {
    lines.close();
  }
}

const isDeedKey = (text: string): text is keyof typeof deeds => text in deeds;

function choiceOfKey(text: string, hasBothBad: boolean): Choice | undefined {
  if (isDeedKey(text)) return { deed: deeds[text] };
  const option = verdictOptions(hasBothBad).find(({ key }) => key === text);
  return option && { verdict: option.verdict };
}
