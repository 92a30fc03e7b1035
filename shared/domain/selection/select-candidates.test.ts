import { describe, expect, it } from 'vitest';
import { candidateMarks, type Candidate } from './candidate.ts';
import { dropReason, selectCandidates } from './select-candidates.ts';
import { selectionRecipeSchema, type DropReason } from './selection-recipe.ts';
import { candidateExamples } from './candidate-examples.ts';
import { groupOfSite } from './site-groups.ts';

const lima = selectionRecipeSchema.parse({});

const candidate = (questionId: number, more: Partial<Candidate> = {}): Candidate => ({
  questionId,
  answerId: questionId + 1,
  questionScore: 10,
  answerScore: 20,
  htmlCharacters: 2000,
  textCharacters: 1800,
  titleCharacters: 40,
  marks: 0,
  ...more,
});

const site = (name: string, count: number) => ({
  site: name,
  candidates: Array.from({ length: count }, (_, at) =>
    candidate(at + 1, { questionScore: at % 50 }),
  ),
});

const countOf = (picks: readonly { site: string }[], name: string) =>
  picks.filter((pick) => pick.site === name).length;

const reason = (more: Partial<Candidate>, recipe = {}) =>
  dropReason(candidate(1, more), { ...lima, ...recipe });

describe('dropReason', () => {
  it('names the first rule that drops a candidate', () => {
    const { titleNeedsBody, firstPerson, crossReference } = candidateMarks;
    expect(reason({})).toBeUndefined();
    expect(reason({ answerScore: 9 })).toBe('answer-score-low');
    expect(reason({ answerScore: 9, marks: titleNeedsBody })).toBe('title-not-self-contained');
    expect(reason({ htmlCharacters: 1199 })).toBe('answer-too-short');
    expect(reason({ htmlCharacters: 1200, textCharacters: 10 })).toBeUndefined();
    expect(reason({ htmlCharacters: 1200, textCharacters: 10 }, { lengthOf: 'both' })).toBe(
      'answer-too-short',
    );
    expect(reason({ htmlCharacters: 4097 })).toBe('answer-too-long');
    expect(reason({ htmlCharacters: 4097 }, { lengthOf: 'text' })).toBeUndefined();
    expect(reason({ marks: firstPerson | crossReference })).toBe('first-person');
    expect(reason({ marks: firstPerson | crossReference }, { firstPerson: 'keep' })).toBe(
      'cross-reference',
    );
  });
});

describe('selectCandidates', () => {
  it('takes the questions of a site by score, the older one first where two are equal', () => {
    const candidates = [
      candidate(5, { questionScore: 3 }),
      candidate(2, { questionScore: 7 }),
      candidate(1, { questionScore: 3 }),
    ];
    const { picks } = selectCandidates([{ site: 'coffee.stackexchange', candidates }], lima, 3);
    expect(picks.map((pick) => pick.candidate.questionId)).toEqual([2, 1, 5]);
  });

  it('accounts for every candidate of every site, and picks the same whatever order the sites come in', () => {
    const marked = {
      site: 'math.stackexchange',
      candidates: [candidate(1), candidate(2, { answerScore: 1 })],
    };
    const sites = [site('coffee.stackexchange', 700), marked, site('stackapps', 4)];
    const { picks, sites: tallies } = selectCandidates(sites, lima, 100);
    expect(tallies).toEqual([
      {
        site: 'coffee.stackexchange',
        group: 'other',
        candidates: 700,
        picked: 99,
        dropped: { 'not-drawn': 601 },
      },
      {
        site: 'math.stackexchange',
        group: 'stem',
        candidates: 2,
        picked: 1,
        dropped: { 'answer-score-low': 1 },
      },
      {
        site: 'stackapps',
        group: 'dropped',
        candidates: 4,
        picked: 0,
        dropped: { 'site-dropped': 4 },
      },
    ]);
    expect(selectCandidates(sites.toReversed(), lima, 100).picks).toEqual(picks);
    const two = [...sites, site('cooking.stackexchange', 700)];
    const drawn = (seed: number) => selectCandidates(two, { ...lima, seed }, 100).picks;
    expect(drawn(1)).not.toEqual(drawn(2));
  });

  it('draws sites by the root of their size that the temperature says', () => {
    // 8,000 and 1,000 candidates: 8 to 1 at temperature 1, 2 to 1 at 3.
    const sites = [site('cooking.stackexchange', 8000), site('coffee.stackexchange', 1000)];
    const share = (temperature: number) =>
      countOf(
        selectCandidates(sites, { ...lima, temperature }, 900).picks,
        'cooking.stackexchange',
      ) / 900;
    expect(share(1)).toBeCloseTo(8 / 9, 1);
    expect(share(3)).toBeCloseTo(2 / 3, 1);
  });

  it('gives both groups their share, and what one cannot give comes from the other', () => {
    const sites = [site('coffee.stackexchange', 300), site('physics.stackexchange', 30)];
    const picked = (count: number, recipe = {}) => {
      const { picks } = selectCandidates(sites, { ...lima, ...recipe }, count);
      return [countOf(picks, 'physics.stackexchange'), countOf(picks, 'coffee.stackexchange')];
    };
    expect(picked(20)).toEqual([10, 10]);
    expect(picked(100)).toEqual([30, 70]);
    expect(picked(1000)).toEqual([30, 300]);
    expect(picked(20, { stemShare: 0 })).toEqual([0, 20]);
    expect(picked(20, { siteGroups: { 'physics.stackexchange': 'dropped' } })).toEqual([0, 20]);
  });
});

describe('groupOfSite', () => {
  it('knows the sites of the network, and takes what it does not know for other', () => {
    const groups = [
      'stackoverflow',
      'math.stackexchange',
      'cooking.stackexchange',
      'made.up',
      'pt.stackoverflow',
      'meta.math.stackexchange',
      'math.meta.stackexchange',
      'mathoverflow',
    ];
    expect(groups.map(groupOfSite)).toEqual([
      'stem',
      'stem',
      'other',
      'other',
      'dropped',
      'dropped',
      'dropped',
      'stem',
    ]);
  });
});

describe('candidateExamples', () => {
  it('draws among all that a rule drops, and among those that every rule keeps', () => {
    const candidates = Array.from({ length: 90 }, (_, at) =>
      candidate(at + 1, { answerScore: at % 3 ? 20 : 1 }),
    );
    const sites = [{ site: 'coffee.stackexchange', candidates }, site('stackapps', 9)];
    const ids = (reason: DropReason, seed = 0) =>
      candidateExamples(sites, { ...lima, seed }, { reason, most: 4 }).map(
        (example) => example.candidate.questionId,
      );
    const low = ids('answer-score-low');
    expect(low).toHaveLength(4);
    expect(low.filter((id) => (id - 1) % 3 !== 0)).toEqual([]);
    expect(ids('answer-score-low', 1)).not.toEqual(low);
    expect(ids('not-drawn').filter((id) => (id - 1) % 3 === 0)).toEqual([]);
    expect(ids('site-dropped')).toHaveLength(4);
    expect(ids('first-person')).toEqual([]);
  });
});
