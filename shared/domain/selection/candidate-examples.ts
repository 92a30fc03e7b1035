import { seededUniform } from '../seeded-uniform.ts';
import type { Candidate } from './candidate.ts';
import { dropReason, type SiteCandidates } from './select-candidates.ts';
import type { DropReason, SelectionRecipe } from './selection-recipe.ts';
import { groupOfSite } from './site-groups.ts';

/** A candidate as an example of what a rule does. */
export interface CandidateExample<Found extends Candidate = Candidate> {
  site: string;
  candidate: Found;
}

/**
 * Some of the candidates that a rule drops, or, for `not-drawn`, that every rule keeps: each of them
 * is as likely, and the recipe's seed says which.
 */
export function candidateExamples<Found extends Candidate>(
  sites: Iterable<SiteCandidates<Found>>,
  recipe: SelectionRecipe,
  { reason, most }: { reason: DropReason; most: number },
): CandidateExample<Found>[] {
  const uniform = seededUniform(recipe.seed);
  const kept: CandidateExample<Found>[] = [];
  let seen = 0;
  for (const { site, candidates } of sites) {
    const isDropped = (recipe.siteGroups[site] ?? groupOfSite(site)) === 'dropped';
    for (const candidate of candidates) {
      const found = isDropped ? 'site-dropped' : (dropReason(candidate, recipe) ?? 'not-drawn');
      if (found !== reason) continue;
      const place = seen < most ? seen : Math.floor(uniform() * (seen + 1));
      seen++;
      if (place < most) kept[place] = { site, candidate };
    }
  }
  return kept;
}
