import type { JudgedPair } from '../../domain/judge/judging-results.ts';
import { pairJudgement, type OrderedVerdict } from '../../domain/judge/judge-verdict.ts';
import { clusteredShare } from '../clustered-summary.ts';
import { codePoints, type PairVerdict } from '../pair-verdict.ts';
import { statisticsOfVerdicts } from '../verdict-statistics.ts';

/** A pair of answers with what a judge said of it; `isIdentical`: a tie by rule, which nobody was asked. */
export interface PairAsked {
  /** Which prompt, in words: the same one in two sets is one. */
  prompt: string;
  promptSet: string;
  a: { system: string; output: string };
  b: { system: string; output: string };
  verdicts: readonly OrderedVerdict[];
  isIdentical: boolean;
}

const tie = { preference: 0.5, verdict: 'tie' as const };

/** The judge's verdict on a pair; undefined while an order lacks. */
function verdictOn(pair: PairAsked): PairVerdict | undefined {
  const judged = pair.isIdentical ? tie : pairJudgement(pair.verdicts);
  return (
    judged && {
      prompt: pair.prompt,
      a: pair.a.system,
      b: pair.b.system,
      preference: judged.preference,
      verdict: judged.verdict,
      author: 'judge',
      authorKind: 'judge',
      charactersA: codePoints(pair.a.output),
      charactersB: codePoints(pair.b.output),
    }
  );
}

/** What a judge said of each pair of systems: all sets together, then each where there are several. */
export function judgedPairs(pairs: readonly PairAsked[]): JudgedPair[] {
  const ofPair = Map.groupBy(pairs, ({ a, b }) => JSON.stringify([a.system, b.system]));
  const together = statisticsOfVerdicts(pairs.flatMap((pair) => verdictOn(pair) ?? []));
  return together.comparisons.flatMap((comparison) => {
    const own = ofPair.get(JSON.stringify([comparison.a, comparison.b])) ?? [];
    const sets = [...Map.groupBy(own, ({ promptSet }) => promptSet)];
    const bySet = sets.flatMap(([promptSet, ofSet]) => {
      const [only] = statisticsOfVerdicts(ofSet.flatMap((one) => verdictOn(one) ?? [])).comparisons;
      return only ? [{ ...only, promptSet, ...flipsOf(ofSet) }] : [];
    });
    const all = { ...comparison, promptSet: null, ...flipsOf(own) };
    return sets.length > 1 ? [all, ...bySet] : [all];
  });
}

/** How often both orders said two things, clustered by prompt, and what went elsewhere. */
function flipsOf(
  pairs: readonly Pick<PairAsked, 'prompt' | 'verdicts'>[],
): Pick<JudgedPair, 'asked' | 'flips' | 'flipRate' | 'elsewhere'> {
  const judged = pairs.flatMap(({ prompt, verdicts }) => {
    const judgement = pairJudgement(verdicts);
    return judgement ? [{ prompt, ...judgement }] : [];
  });
  if (judged.length === 0) return { asked: 0, flips: 0, flipRate: null, elsewhere: null };
  const clusters = [...Map.groupBy(judged, ({ prompt }) => prompt).values()];
  return {
    asked: judged.length,
    flips: judged.filter(({ isFlip }) => isFlip).length,
    flipRate: clusteredShare(clusters.map((one) => one.map(({ isFlip }) => (isFlip ? 1 : 0)))),
    elsewhere: judged.reduce((sum, { elsewhere }) => sum + elsewhere, 0) / judged.length,
  };
}
