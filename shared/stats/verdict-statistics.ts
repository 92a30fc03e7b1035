import type { Estimate } from '../domain/evaluate/estimates.ts';
import type {
  AnnotatorPair,
  ComparisonStatistics,
  SystemRating,
  TableStatistics,
} from '../domain/evaluate/verdict-statistics.ts';
import { bradleyTerry, connectedSystems } from './bradley-terry.ts';
import { clusterBootstrap } from './cluster-bootstrap.ts';
import { clusteredShare } from './clustered-summary.ts';
import { holmAdjusted } from './holm.ts';
import { tieDiscountedAgreement } from './judging-checks.ts';
import { type Agreement, cohenKappa, fleissKappa, krippendorffAlpha } from './kappa.ts';
import { lengthControlledWinRate, lengthSpread } from './length-controlled.ts';
import { flipped, type PairVerdict, scoreOf, verdictOf } from './pair-verdict.ts';
import { meanScore, type OutcomeCounts } from './paired-score.ts';
import { exactSignTest } from './sign-test.ts';

/** Fewer prompts, or fewer wins or losses, make a bootstrap interval too narrow. */
const leastForBootstrap = { prompts: 30, outcomes: 5 };
/** Rounds for the kappas of all pairs together: with many annotators each has fewer. */
const kappaRounds = { all: 12_000, most: 2000, least: 200 };
/** The length-controlled rate is fitted anew in every round. */
const lengthRounds = 500;

/**
 * All that a table of verdicts says: each pair of systems by itself, all of them as ratings where
 * there are three or more, and how far its annotators agree.
 */
export function statisticsOfVerdicts(table: readonly PairVerdict[]): TableStatistics {
  const all = inOneDirection(table);
  const verdicts = countingVerdicts(all);
  const pairs = [...Map.groupBy(verdicts, ({ a, b }) => JSON.stringify([a, b])).values()];
  const comparisons = pairs.map(comparisonStatistics);
  const adjusted = holmAdjusted(comparisons.map(({ signTestP }) => signTestP));
  return {
    comparisons: comparisons.map((one, at) => ({ ...one, holmP: adjusted[at] ?? one.signTestP })),
    ratings: ratingsOf(verdicts),
    unconnected: connectedSystems(verdicts).length > 1 ? connectedSystems(verdicts) : [],
    ...agreementOf(all),
  };
}

/** Verdicts on one pair of systems all have the same one as `a`: the one that is `a` first. */
function inOneDirection(table: readonly PairVerdict[]): PairVerdict[] {
  const seen = new Set<string>();
  return table.map((verdict) => {
    const { a, b } = verdict;
    if (seen.has(JSON.stringify([b, a]))) return flipped(verdict);
    seen.add(JSON.stringify([a, b]));
    return verdict;
  });
}

/**
 * The verdicts that results rest on: of people where there are any, else of judges, with the ties by
 * rule on what none of them was asked; all where the table does not tell who gave them.
 */
export function countingVerdicts(verdicts: readonly PairVerdict[]): readonly PairVerdict[] {
  const basis = (['human', 'judge'] as const).find((kind) =>
    verdicts.some(({ authorKind }) => authorKind === kind),
  );
  if (basis === undefined) return verdicts;
  return [...Map.groupBy(verdicts, itemOf).values()].flatMap((item) => {
    const own = item.filter(({ authorKind }) => authorKind === basis || authorKind === null);
    return own.length > 0 ? own : item.filter(({ authorKind }) => authorKind === 'rule');
  });
}

/** What agreement takes of a verdict: on what, by whom, and what it says. */
type AuthoredVerdict = Omit<PairVerdict, 'charactersA' | 'charactersB'>;

const itemOf = ({ a, b, prompt, item }: AuthoredVerdict) => JSON.stringify([a, b, prompt, item]);

function comparisonStatistics(
  verdicts: readonly PairVerdict[],
): Omit<ComparisonStatistics, 'holmP'> {
  const [{ a, b } = { a: '', b: '' }] = verdicts;
  const counts = countsOf(verdicts);
  const prompts = [...Map.groupBy(verdicts, ({ prompt }) => prompt).values()];
  const byPrompt = prompts.map((cluster) => verdictOf(mean(cluster.map(scoreOf))));
  const n = verdicts.length;
  const shareOf = (wanted: keyof typeof countOf): Estimate =>
    clusteredShare(
      prompts.map((cluster) => cluster.map((one) => (verdictOf(scoreOf(one)) === wanted ? 1 : 0))),
    );
  return {
    a,
    b,
    n,
    prompts: prompts.length,
    ...counts,
    ...winRateOf(prompts, counts),
    discreteWinRate: (counts.wins + counts.ties / 2) / n,
    win: shareOf('a'),
    tie: shareOf('tie'),
    lose: shareOf('b'),
    signTestP: exactSignTest(
      byPrompt.filter((verdict) => verdict === 'a').length,
      byPrompt.filter((verdict) => verdict === 'b').length,
    ),
    ...lengthControlledOf(verdicts),
  };
}

const countOf = { a: 'wins', tie: 'ties', b: 'losses' } as const;

function countsOf(verdicts: readonly Pick<PairVerdict, 'preference' | 'verdict'>[]): OutcomeCounts {
  const counts = { wins: 0, ties: 0, losses: 0 };
  for (const one of verdicts) counts[countOf[verdictOf(scoreOf(one))]] += 1;
  return counts;
}

const isForBootstrap = (prompts: number, { wins, losses }: OutcomeCounts) =>
  prompts >= leastForBootstrap.prompts && Math.min(wins, losses) >= leastForBootstrap.outcomes;

const preferenceOf = ({ preference }: Pick<PairVerdict, 'preference'>) => preference;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;

/**
 * The mean preference; its standard error is that of clusters of verdicts on one prompt, which is
 * the plain one (n − 1) where each prompt has one verdict.
 */
function winRateOf(
  prompts: readonly (readonly PairVerdict[])[],
  counts: OutcomeCounts,
): Pick<ComparisonStatistics, 'winRate' | 'standardError' | 'interval' | 'intervalMethod'> {
  const sums = prompts.map((cluster) => sum(cluster.map(preferenceOf)));
  const sizes = prompts.map(({ length }) => length);
  const n = sum(sizes);
  const winRate = sum(sums) / n;
  const count = prompts.length;
  const squares = sum(sums.map((one, at) => (one - (sizes[at] ?? 0) * winRate) ** 2));
  const standardError = count < 2 ? null : Math.sqrt((count / (count - 1)) * squares) / n;
  if (!isForBootstrap(count, counts)) {
    // As many independent verdicts as there are prompts, at the rates seen.
    const scale = count / n;
    const { wins, ties, losses } = counts;
    const { lower, upper } = meanScore({
      wins: wins * scale,
      ties: ties * scale,
      losses: losses * scale,
    });
    const interval: [number, number] = [Math.min(lower, winRate), Math.max(upper, winRate)];
    return { winRate, standardError, interval, intervalMethod: 'score' };
  }
  const [interval] = clusterBootstrap(count, (timesDrawn) => {
    let [total, size] = [0, 0];
    for (let at = 0; at < count; at += 1) {
      const times = timesDrawn[at] ?? 0;
      total += times * (sums[at] ?? 0);
      size += times * (sizes[at] ?? 0);
    }
    return [total / size];
  });
  return { winRate, standardError, interval: interval ?? [0, 1], intervalMethod: 'bootstrap' };
}

/**
 * The win rate between answers of one length; null where a text is missing, and where the lengths
 * alone decide. Its interval is by a bootstrap over prompts; null where they are too few for one.
 */
export function lengthControlledOf(
  verdicts: readonly Pick<
    PairVerdict,
    'prompt' | 'preference' | 'verdict' | 'charactersA' | 'charactersB'
  >[],
): Pick<ComparisonStatistics, 'lengthControlledWinRate' | 'lengthControlledInterval'> {
  const none = { lengthControlledWinRate: null, lengthControlledInterval: null };
  if (verdicts.some(({ charactersA, charactersB }) => charactersA === null || charactersB === null))
    return none;
  const places = new Map<string, number>();
  for (const { prompt } of verdicts) if (!places.has(prompt)) places.set(prompt, places.size);
  const rows = verdicts.map(({ preference, charactersA, charactersB }) => ({
    preference,
    extraCharacters: (charactersA ?? 0) - (charactersB ?? 0),
  }));
  const value = lengthControlledWinRate(rows);
  if (value === null) return none;
  const isLarge = isForBootstrap(places.size, countsOf(verdicts));
  if (!isLarge) return { lengthControlledWinRate: value, lengthControlledInterval: null };
  const spread = lengthSpread(rows);
  const clusterOf = verdicts.map(({ prompt }) => places.get(prompt) ?? 0);
  const [interval] = clusterBootstrap(
    places.size,
    (timesDrawn) => {
      const weights = clusterOf.map((cluster) => timesDrawn[cluster] ?? 0);
      return [lengthControlledWinRate(rows, weights, spread) ?? Number.NaN];
    },
    { rounds: lengthRounds },
  );
  return { lengthControlledWinRate: value, lengthControlledInterval: interval ?? null };
}

function ratingsOf(verdicts: readonly PairVerdict[]): SystemRating[] {
  const systems = new Set(verdicts.flatMap(({ a, b }) => [a, b]));
  return systems.size < 3 ? [] : bradleyTerry(verdicts);
}

/**
 * How far the authors of verdicts agree, but for rules: each pair of them, and all together. An item
 * is a prompt of a pair of systems; several verdicts of one author on it count as their mean.
 */
export function agreementOf(
  verdicts: readonly AuthoredVerdict[],
): Pick<TableStatistics, 'annotators' | 'fleiss' | 'krippendorff'> {
  const byAuthors = verdicts.filter(({ authorKind }) => authorKind !== 'rule');
  const items = [...Map.groupBy(byAuthors, itemOf).values()];
  const authors = [...new Set(byAuthors.map(({ author }) => author))];
  const ofAuthors = (valueOf: (verdict: AuthoredVerdict) => number) =>
    items.map((item) => {
      const byAuthor = Map.groupBy(item, ({ author }) => author);
      return authors.map((author) => {
        const own = byAuthor.get(author);
        return own === undefined ? null : mean(own.map(valueOf));
      });
    });
  const scores = ofAuthors(scoreOf);
  const pairs = (authors.length * (authors.length - 1)) / 2;
  const { all, most, least } = kappaRounds;
  const rounds = Math.min(most, Math.max(least, Math.floor(all / Math.max(1, pairs))));
  const annotators = authors
    .flatMap((first, at) =>
      authors.slice(at + 1).map((second, offset) =>
        annotatorPair(
          { first, second },
          items.flatMap((item, place) => {
            const own = scores[place]?.[at] ?? null;
            const other = scores[place]?.[at + 1 + offset] ?? null;
            const prompt = item[0]?.prompt ?? '';
            return own === null || other === null ? [] : [{ own, other, prompt }];
          }),
          rounds,
        ),
      ),
    )
    .flatMap((pair) => pair ?? []);
  if (annotators.length === 0) return { annotators: [], fleiss: null, krippendorff: null };
  const categories = scores.map((item) => item.map(categoryOf));
  return {
    annotators,
    fleiss: withValue(fleissKappa(categories)),
    krippendorff: withValue(krippendorffAlpha(ofAuthors(preferenceOf), 'interval')),
  };
}

const withValue = (agreement: Agreement) => (agreement.value === null ? null : agreement);

/** Loss, tie and win as the numbers of a nominal scale. */
function categoryOf(preference: number | null): number | null {
  return preference === null ? null : { b: 0, tie: 1, a: 2 }[verdictOf(preference)];
}

/** Undefined where they share no item. */
function annotatorPair(
  names: Pick<AnnotatorPair, 'first' | 'second'>,
  shared: readonly { own: number; other: number; prompt: string }[],
  rounds: number,
): AnnotatorPair | undefined {
  if (shared.length === 0) return undefined;
  const { prompts, ...tieDiscounted } = tieDiscountedAgreement(
    shared.map(({ own, other, prompt }) => ({
      first: verdictOf(own),
      second: verdictOf(other),
      prompt,
    })),
  );
  return {
    ...names,
    items: shared.length,
    tieDiscounted,
    ...(prompts !== undefined && { prompts }),
    kappa: withValue(
      cohenKappa(
        shared.map(({ own }) => toCategory(own)),
        shared.map(({ other }) => toCategory(other)),
        { rounds },
      ),
    ),
  };
}

const toCategory = (preference: number): number => categoryOf(preference) ?? 1;
