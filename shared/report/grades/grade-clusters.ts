import type { GradeAgreement, ReportGrade } from '../../domain/report/grade-report.ts';
import { clusteredShare } from '../../stats/clustered-summary.ts';
import { cohenKappa } from '../../stats/kappa.ts';

/** Which answer, or turn of a dialogue, somebody said something of. */
type OfAnswer = Pick<
  ReportGrade,
  'system' | 'promptSet' | 'prompt' | 'turn' | 'author' | 'authorKind'
>;

/** What is said of one prompt: all of it is a cluster. */
export const clustersOf = <Said extends OfAnswer>(said: readonly Said[]): Said[][] => [
  ...Map.groupBy(said, ({ promptSet, prompt }) => JSON.stringify([promptSet, prompt])).values(),
];

/** How many of what is said are so, with the share and its interval. */
export const shareOf = <Said extends OfAnswer>(
  said: readonly Said[],
  is: (one: Said) => boolean,
) => ({
  count: said.filter(is).length,
  share: clusteredShare(clustersOf(said).map((cluster) => cluster.map((one) => (is(one) ? 1 : 0)))),
});

/** In the order in which systems are told. */
export const inOrder = <Value>(found: ReadonlyMap<string, Value>, order: readonly string[]) =>
  [...found].toSorted(([one], [other]) => order.indexOf(one) - order.indexOf(other));

/** What each author said. */
export const byAuthor = <Said extends OfAnswer>(said: readonly Said[]): Said[][] => [
  ...Map.groupBy(said, ({ author, authorKind }) => JSON.stringify([author, authorKind])).values(),
];

/** By which an answer, or a turn, is known whoever speaks of it. */
export const answerOf = ({ system, promptSet, prompt, turn }: OfAnswer): string =>
  JSON.stringify([system, promptSet, prompt, turn]);

/** Of each pair of authors that spoke of the same answers or turns; `rank` tells what they said. */
export function agreementsOf<Said extends OfAnswer>(
  authors: readonly (readonly Said[])[],
  rank: (one: Said) => number,
): GradeAgreement[] {
  return authors.flatMap((first, at) =>
    authors.slice(at + 1).flatMap((second) => {
      const theirs = new Map(second.map((one) => [answerOf(one), one]));
      const pairs = first.flatMap((one) => {
        const other = theirs.get(answerOf(one));
        return other ? [{ one, other }] : [];
      });
      const [pair] = pairs;
      if (!pair) return [];
      const isSame = new Map(pairs.map(({ one, other }) => [one, rank(one) === rank(other)]));
      return {
        first: pair.one.author,
        second: pair.other.author,
        answers: pairs.length,
        same: shareOf([...isSame.keys()], (one) => isSame.get(one) === true).share,
        kappa: cohenKappa(
          pairs.map(({ one }) => rank(one)),
          pairs.map(({ other }) => rank(other)),
        ),
      };
    }),
  );
}
