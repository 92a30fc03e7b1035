import { seededUniform } from '../seeded-uniform.ts';
import { candidateMarks, type Candidate } from './candidate.ts';
import type { DropReason, SelectionRecipe } from './selection-recipe.ts';
import { groupOfSite, type SiteGroup } from './site-groups.ts';

/** A site and what a scan found in it. */
export interface SiteCandidates<Found extends Candidate = Candidate> {
  site: string;
  candidates: Iterable<Found>;
}

/** A candidate that was picked. */
export interface PickedCandidate<Found extends Candidate = Candidate> {
  site: string;
  group: Drawn;
  candidate: Found;
}

type Drawn = Exclude<SiteGroup, 'dropped'>;

/** How the candidates of one site divide. */
export interface SiteTally {
  site: string;
  group: SiteGroup;
  candidates: number;
  picked: number;
  dropped: Partial<Record<DropReason, number>>;
}

/** What a recipe picks; of every site candidates = picked + dropped. */
export interface Selection<Found extends Candidate = Candidate> {
  picks: PickedCandidate<Found>[];
  sites: SiteTally[];
}

/**
 * Picks `count` candidates by a recipe: a site is drawn by temperature, of it the question with the
 * highest score that every rule keeps. What one group cannot give comes from the other. The same
 * candidates, recipe and count give the same picks, in whatever order the sites come.
 */
export function selectCandidates<Found extends Candidate>(
  sites: Iterable<SiteCandidates<Found>>,
  recipe: SelectionRecipe,
  count: number,
): Selection<Found> {
  const sifted = [...sites].map((site) => sift(site, recipe, count));
  sifted.sort((one, other) => (one.tally.site < other.tally.site ? -1 : 1));
  const picks = drawAll(sifted, recipe, count);
  for (const { tally, kept, passed } of sifted) {
    const left = passed - (tally.picked = picks.filter(({ site }) => site === tally.site).length);
    if (left > 0) tally.dropped['not-drawn'] = left;
    kept.length = 0;
  }
  return { picks, sites: sifted.map(({ tally }) => tally) };
}

/** Whether a recipe can only say of a candidate what it does once its words were looked at. */
export const needsWords = (candidate: Candidate, recipe: SelectionRecipe): boolean =>
  (candidate.marks & candidateMarks.wordsMeasured) === 0 &&
  (recipe.firstPerson === 'drop' || recipe.crossReference === 'drop') &&
  dropReason(candidate, recipe) === undefined;

/** Why a rule drops a candidate; `undefined` when every rule keeps it. Millions are asked about. */
export function dropReason(candidate: Candidate, recipe: SelectionRecipe): DropReason | undefined {
  const { marks, answerScore } = candidate;
  const { titleNeedsBody, firstPerson, crossReference } = candidateMarks;
  if (recipe.titleNeedsBody === 'drop' && marks & titleNeedsBody) return 'title-not-self-contained';
  if (answerScore < recipe.minAnswerScore) return 'answer-score-low';
  if (shortest(candidate, recipe) < recipe.minAnswerCharacters) return 'answer-too-short';
  if (longest(candidate, recipe) > recipe.maxAnswerCharacters) return 'answer-too-long';
  if (recipe.firstPerson === 'drop' && marks & firstPerson) return 'first-person';
  if (recipe.crossReference === 'drop' && marks & crossReference) return 'cross-reference';
  return undefined;
}

function shortest({ htmlCharacters, textCharacters }: Candidate, { lengthOf }: SelectionRecipe) {
  if (lengthOf === 'both') return Math.min(htmlCharacters, textCharacters);
  return lengthOf === 'html' ? htmlCharacters : textCharacters;
}

function longest({ htmlCharacters, textCharacters }: Candidate, { lengthOf }: SelectionRecipe) {
  if (lengthOf === 'both') return Math.max(htmlCharacters, textCharacters);
  return lengthOf === 'html' ? htmlCharacters : textCharacters;
}

/** A site whose candidates went through the rules. */
interface SiftedSite<Found extends Candidate> {
  tally: SiteTally;
  /** How many candidates every rule keeps; `kept` has the best of them, at most as many as wanted. */
  passed: number;
  kept: Found[];
}

function sift<Found extends Candidate>(
  { site, candidates }: SiteCandidates<Found>,
  recipe: SelectionRecipe,
  most: number,
): SiftedSite<Found> {
  const group = recipe.siteGroups[site] ?? groupOfSite(site);
  const dropped: SiteTally['dropped'] = {};
  let total = 0;
  let passed = 0;
  let kept: Found[] = [];
  for (const candidate of candidates) {
    total++;
    const reason = group === 'dropped' ? 'site-dropped' : dropReason(candidate, recipe);
    if (reason) {
      dropped[reason] = (dropped[reason] ?? 0) + 1;
      continue;
    }
    passed++;
    kept.push(candidate);
    if (kept.length > 4 * most + 1000) kept = bestOf(kept, most);
  }
  const tally = { site, group, candidates: total, picked: 0, dropped };
  return { tally, passed, kept: bestOf(kept, most) };
}

/** The questions with the highest scores first, the older one where two are equal. */
const bestOf = <Found extends Candidate>(candidates: readonly Found[], most: number): Found[] =>
  candidates
    .toSorted(
      (one, other) => other.questionScore - one.questionScore || one.questionId - other.questionId,
    )
    .slice(0, most);

function drawAll<Found extends Candidate>(
  sites: readonly SiftedSite<Found>[],
  recipe: SelectionRecipe,
  count: number,
): PickedCandidate<Found>[] {
  const uniform = seededUniform(recipe.seed);
  const urns = {
    stem: new Urn('stem', sites, recipe.temperature),
    other: new Urn('other', sites, recipe.temperature),
  };
  const wanted = Math.min(count, urns.stem.left + urns.other.left);
  const ofStem = Math.round(count * recipe.stemShare);
  const stem = Math.min(urns.stem.left, Math.max(ofStem, wanted - urns.other.left), wanted);
  return [...urns.stem.draw(stem, uniform), ...urns.other.draw(wanted - stem, uniform)];
}

/** The sites of one group, out of which candidates are drawn without being put back. */
class Urn<Found extends Candidate> {
  readonly #group: Drawn;
  readonly #sites: { site: string; weight: number; kept: readonly Found[]; taken: number }[];

  constructor(group: Drawn, sites: readonly SiftedSite<Found>[], temperature: number) {
    this.#group = group;
    this.#sites = sites
      .filter(({ tally }) => tally.group === group)
      .map(({ tally, kept }) => ({
        site: tally.site,
        weight: tally.candidates ** (1 / temperature),
        kept,
        taken: 0,
      }));
  }

  /** How many can still be drawn. */
  get left(): number {
    return this.#sites.reduce((sum, { kept, taken }) => sum + kept.length - taken, 0);
  }

  *draw(count: number, uniform: () => number): Generator<PickedCandidate<Found>> {
    for (let drawn = 0; drawn < count; drawn++) {
      const open = this.#sites.filter(({ kept, taken }) => taken < kept.length);
      const site = drawWeighted(open, uniform());
      const candidate = site?.kept[site.taken];
      if (!site || !candidate) return;
      site.taken++;
      yield { site: site.site, group: this.#group, candidate };
    }
  }
}

/** The item at a share of the sum of weights. */
function drawWeighted<Item extends { weight: number }>(
  items: readonly Item[],
  share: number,
): Item | undefined {
  let rest = share * items.reduce((sum, { weight }) => sum + weight, 0);
  for (const item of items) {
    rest -= item.weight;
    if (rest < 0) return item;
  }
  return items.at(-1);
}
