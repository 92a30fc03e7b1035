import { splitPrompt } from '../domain/evaluate/dialogue.ts';
import type { ReportItem } from '../domain/report/evaluation-report.ts';
import type { Message } from '../domain/message.ts';
import { splitThinking, thoughtNote } from '../template/thinking.ts';
import { formatQuantity } from '../text/numbers.ts';

/** One user turn of a dialogue with both answers to it. */
interface ItemTurn {
  asked: string;
  a: ReportItem['a']['turns'][number];
  b: ReportItem['a']['turns'][number];
}

/** What of a comparison stands before the answers, and its turns: none of single answers. */
export function itemDialogue({ prompt, a, b }: ReportItem): {
  given: Message[];
  turns: ItemTurn[];
} {
  const { given, asked } = splitPrompt(prompt);
  const turns = asked.flatMap(({ content }, place): ItemTurn[] => {
    const [ofA, ofB] = [a.turns[place], b.turns[place]];
    return ofA && ofB ? [{ asked: content, a: ofA, b: ofB }] : [];
  });
  return turns.length === 0 ? { given: prompt, turns } : { given, turns };
}

/** How an answer ended and the seed that drew it, for the line under it. */
export function answerNote({ finish, seed, output }: Omit<ReportItem['a'], 'turns'>): string {
  const end = { stop: 'complete', length: 'cut at the token limit', cancelled: 'cancelled' };
  const split = splitThinking(output);
  const facts = [formatQuantity(split.answer.length, 'character')];
  if (thoughtNote(split) !== '') facts.push(thoughtNote(split).toLowerCase());
  if (finish !== null) facts.push(end[finish]);
  if (seed !== null) facts.push(`seed ${seed}`);
  return facts.join(', ');
}
