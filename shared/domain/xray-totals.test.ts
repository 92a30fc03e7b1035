import { describe, expect, test } from 'vitest';
import { xrayRow as row } from './testing/xray-row.ts';
import {
  allTokens,
  TrainedCount,
  lengthHistogram,
  xrayProblems,
  xrayTotals,
  xrayTotalsBySource,
} from './xray-totals.ts';

describe('totals', () => {
  test('give each source its share of the trained tokens, the largest share first', () => {
    const rows = [
      ...Array.from({ length: 4 }, () => row({ trainedTokens: 10 })),
      row({ source: 'wikiHow', trainedTokens: 60 }),
    ];
    const shares = xrayTotalsBySource(rows).map(({ source, trainedShare }) => [
      source,
      trainedShare,
    ]);
    expect(shares).toEqual([
      ['wikiHow', 0.6],
      ['own', 0.4],
    ]);
  });

  test('count what the trainer gets: a split sample several times, one that is left or held out never', () => {
    const trained = new TrainedCount();
    trained.add(row({ sampleId: 'whole' }));
    trained.add(row({ sampleId: 'held' }));
    trained.add(row({ sampleId: 'split', outcome: 'split', sequences: 3 }));
    trained.add(row({ sampleId: 'held split', isPerAnswer: true, sequences: 2 }));
    trained.add(row({ sampleId: 'gone', outcome: 'dropped', sequences: 0 }));
    expect(trained.without([])).toBe(7);
    expect(trained.without(['held', 'held split'])).toBe(4);
  });

  test('count each sample under one problem, a cut end of turn as a cut', () => {
    const rows = [
      row({}),
      row({ outcome: 'truncated', endedAnswers: 0 }),
      row({ outcome: 'dropped', tokens: 0, trainedTokens: 0, sequences: 0, endedAnswers: 0 }),
      row({ outcome: 'split', sequences: 3 }),
      row({ answers: 2 }),
    ];
    expect(rows.flatMap(xrayProblems)).toEqual(['truncated', 'dropped', 'split', 'unended']);
    expect(xrayTotals(rows)).toEqual({
      samples: 5,
      tokens: 40,
      trainedTokens: 20,
      truncated: 1,
      split: 1,
      dropped: 1,
      unended: 1,
      differing: 0,
      thoughtless: 0,
      masked: 0,
      perAnswer: 0,
      templated: 0,
    });
  });

  test('name a sample that became one per answer, whole or cut, unless nothing of it is left', () => {
    const perAnswer = { isPerAnswer: true, sequences: 2 };
    expect(xrayProblems(row(perAnswer))).toEqual(['perAnswer']);
    expect(allTokens(row({ ...perAnswer, tokens: 25 }))).toBe(25);
    expect(allTokens(row({ outcome: 'truncated', tokens: 6 }))).toBe(10);
    expect(xrayProblems(row({ ...perAnswer, outcome: 'truncated' }))).toEqual([
      'truncated',
      'perAnswer',
    ]);
    expect(xrayProblems(row({ ...perAnswer, outcome: 'dropped' }))).toEqual(['dropped']);
  });

  test('of no samples are zero, and so is the share of a source that trains nothing', () => {
    expect(xrayTotals([]).tokens).toBe(0);
    expect(xrayTotalsBySource([row({ trainedTokens: 0 })])[0]?.trainedShare).toBe(0);
  });
});

describe('the length histogram', () => {
  test('holds every sample: one at the limit counts as fitting, the longest is in the last bin', () => {
    const lengths = [1, 100, 101, 9000];
    const bins = lengthHistogram(
      lengths.map((wholeTokens) => row({ wholeTokens })),
      100,
    );
    const sum = (key: 'fitting' | 'overlong') => bins.reduce((total, bin) => total + bin[key], 0);
    expect([sum('fitting'), sum('overlong')]).toEqual([2, 2]);
    expect(bins.at(-1)).toMatchObject({ overlong: 1 });
    expect(bins.at(-1)?.to).toBeGreaterThan(200);
  });

  test('spreads samples that are all far shorter than the limit over many bins', () => {
    const rows = Array.from({ length: 60 }, (_, index) => row({ wholeTokens: index + 1 }));
    expect(lengthHistogram(rows, 2048).length).toBeGreaterThan(20);
  });

  test('leaves out samples the template refused, which have no length', () => {
    expect(lengthHistogram([row({ outcome: 'dropped', wholeTokens: 0 })], 100)).toEqual([]);
  });
});
