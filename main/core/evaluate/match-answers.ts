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
 * several times answer these one after the other.
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
  for (const answer of answers) {
    const { asked, id = '', ordinal } = answer;
    const same = asked && (byWords.get(promptWords(asked)) ?? []);
    const placed = ordinal === undefined ? undefined : byOrdinal.get(ordinal);
    const prompt =
      byId.get(id) ??
      (same === undefined || (placed && same.includes(placed)) ? placed : undefined) ??
      same?.find((each) => !taken.has(each.id)) ??
      same?.at(-1);
    if (!prompt) {
      result.unmatched.push({ answer, reason: reasonFor(answer, placed) });
      continue;
    }
    const first = taken.get(prompt.id);
    if (first === undefined) result.matched.push({ prompt, answer });
    else if (first.output === answer.output) result.repeated += 1;
    else result.second.push({ prompt, answer });
    taken.set(prompt.id, first ?? answer);
  }
  return result;
}

function reasonFor({ asked, id, ordinal }: ParsedAnswer, placed: Prompt | undefined): string {
  if (asked !== undefined && placed)
    return `the prompt with ordinal ${placed.ordinal} has other words, and no other one has these`;
  if (asked !== undefined) return 'no prompt of the set has these words';
  return ordinal === undefined
    ? `no prompt of the set has the id ${id?.slice(0, 64)}`
    : `the set has no prompt with ordinal ${ordinal} (they count from 0)`;
}
