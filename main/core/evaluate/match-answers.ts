import { turnsOf } from '../../../shared/domain/evaluate/dialogue.ts';
import { promptWords, type Prompt } from '../../../shared/domain/evaluate/evaluation.ts';
import type { ParsedAnswer } from '../curate/import/formats/answers.ts';

/** An answer with the prompt of the set that it is to. */
export interface MatchedAnswer {
  prompt: Prompt;
  answer: ParsedAnswer;
}

/** Which prompt each row of a file answers, in the order of the file. */
export interface MatchedAnswers {
  matched: MatchedAnswer[];
  /** Rows that are to no prompt of the set, with why. */
  unmatched: { answer: ParsedAnswer; reason: string }[];
  /** Rows whose prompt a row before them answers otherwise. */
  second: MatchedAnswer[];
  /** How many rows say word for word what one before them says. */
  repeated: number;
}

/**
 * Finds the prompt of each answer: by an id of ours, by its place in the set where its words are not
 * those of another prompt, else by roles and words. Rows with the words of a prompt that the set has
 * several times answer these one after the other. What does not answer all turns of a dialogue is to
 * no prompt; a conversation whose answers stand between the turns of one answers it.
 */
export function matchAnswers(
  prompts: readonly Prompt[],
  answers: readonly ParsedAnswer[],
): MatchedAnswers {
  const byId = new Map(prompts.map((prompt) => [prompt.id, prompt]));
  const byOrdinal = new Map(prompts.map((prompt) => [prompt.ordinal, prompt]));
  const byWords = Map.groupBy(prompts, ({ messages }) => promptWords(messages));
  const taken = new Map<string, ParsedAnswer>();
  const result: MatchedAnswers = { matched: [], unmatched: [], second: [], repeated: 0 };
  for (const given of answers) {
    const answer = asDialogue(given, (words) => byWords.has(words));
    const { asked, id = '', ordinal } = answer;
    const same = asked && (byWords.get(promptWords(asked)) ?? []);
    const placed = ordinal === undefined ? undefined : byOrdinal.get(ordinal);
    const prompt =
      byId.get(id) ??
      (same === undefined || (placed && same.includes(placed)) ? placed : undefined) ??
      same?.find((each) => !taken.has(each.id)) ??
      same?.at(-1);
    const reason = prompt ? turnsReason(prompt, answer) : reasonFor(answer, placed);
    if (!prompt || reason !== undefined) {
      result.unmatched.push({ answer, reason: reason ?? '' });
      continue;
    }
    const first = taken.get(prompt.id);
    if (first === undefined) result.matched.push({ prompt, answer });
    else if (saysTheSame(first, answer)) result.repeated += 1;
    else result.second.push({ prompt, answer });
    taken.set(prompt.id, first ?? answer);
  }
  return result;
}

type Said = Pick<ParsedAnswer, 'output' | 'earlier'>;

/** Whether two answers, or dialogues, are the same word for word. */
export const saysTheSame = (one: Said, other: Said): boolean =>
  JSON.stringify([...(one.earlier ?? []), one.output]) ===
  JSON.stringify([...(other.earlier ?? []), other.output]);

/** A conversation as the answers of a dialogue, where one of that name is asked without them. */
function asDialogue(answer: ParsedAnswer, isAsked: (words: string) => boolean): ParsedAnswer {
  const { asked = [], earlier } = answer;
  if (earlier !== undefined || isAsked(promptWords(asked))) return answer;
  for (const [place, { role }] of asked.entries()) {
    if (role !== 'assistant') continue;
    const rest = asked.slice(place);
    const turns = [...asked.slice(0, place), ...rest.filter((turn) => turn.role !== 'assistant')];
    if (!isAsked(promptWords(turns))) continue;
    const answers = rest.filter((turn) => turn.role === 'assistant');
    return { ...answer, asked: turns, earlier: answers.map(({ content }) => content) };
  }
  return answer;
}

/** Why an answer does not go with the turns of its prompt; undefined where it does. */
function turnsReason({ messages }: Prompt, { earlier = [] }: ParsedAnswer): string | undefined {
  const [turns, given] = [turnsOf(messages), earlier.length + 1];
  if (given === turns) return undefined;
  return turns === 1
    ? `it gives ${given} answers to a prompt that asks for one`
    : `it answers ${given} of the ${turns} turns of the dialogue: its output has to be a list of ${turns} texts`;
}

function reasonFor({ asked, id, ordinal }: ParsedAnswer, placed: Prompt | undefined): string {
  if (asked !== undefined && placed)
    return `the prompt with ordinal ${placed.ordinal} has other words, and no other one has these`;
  if (asked !== undefined) return 'no prompt of the set has these words';
  return ordinal === undefined
    ? `no prompt of the set has the id ${id?.slice(0, 64)}`
    : `the set has no prompt with ordinal ${ordinal} (they count from 0)`;
}
