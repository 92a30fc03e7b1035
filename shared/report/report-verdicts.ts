import {
  type AuthorKind,
  identicalAnswersAuthor,
  promptWords,
} from '../domain/evaluate/evaluation.ts';
import type { EvaluationReport } from '../domain/report/evaluation-report.ts';
import { codePoints, type PairVerdict } from '../stats/pair-verdict.ts';
import { withoutThinking } from '../template/thinking.ts';

const preferences = { a: 1, b: 0, tie: 0.5 };

/** The standing votes of a report as verdicts; lengths are those of what voters saw. */
export function verdictsOfReport({ name, systems, items }: EvaluationReport): PairVerdict[] {
  return items.flatMap(({ ordinal, prompt, votes, a, b }) => {
    const charactersA = codePoints(withoutThinking(a.output));
    const charactersB = codePoints(withoutThinking(b.output));
    return votes.map(({ author, authorKind, verdict, preference }) => ({
      prompt: promptWords(prompt),
      item: `${name} ${ordinal}`,
      a: systems.a.name,
      b: systems.b.name,
      preference: preference ?? preferences[verdict],
      verdict,
      author,
      authorKind: ruleOnly(author, authorKind),
      charactersA,
      charactersB,
    }));
  });
}

const ruleOnly = (author: string, kind: AuthorKind): AuthorKind =>
  author === identicalAnswersAuthor ? 'rule' : kind;
