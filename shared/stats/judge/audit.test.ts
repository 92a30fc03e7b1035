import { describe, expect, it } from 'vitest';
import { auditPairs, judgeAttacks, type AuditPair } from '../../domain/judge/audit/audit-pairs.ts';
import { attackKinds } from '../../domain/judge/audit/judge-attack.ts';
import { comparedOutcome, gradedOutcome } from '../../domain/judge/audit/pair-outcome.ts';
import type { OrderedVerdict } from '../../domain/judge/judge-verdict.ts';
import type { Verdict } from '../../domain/evaluate/evaluation.ts';
import { seededUniform } from '../../domain/seeded-uniform.ts';
import { auditFlags } from './audit-flags.ts';
import { type AuditedPair, auditMeasures } from './audit-measures.ts';
import { auditOnVotes, type VotedPair } from './audit-on-votes.ts';

/** How likely a judge says that the answer in the first place is better than that in the second. */
type Judge = (first: string, second: string, pair: AuditPair) => number;

const outcomeOf = (judge: Judge, pair: AuditPair) => {
  const [given, swapped] = [
    judge(pair.a.text, pair.b.text, pair),
    judge(pair.b.text, pair.a.text, pair),
  ];
  const outcome = comparedOutcome([
    { order: 'given', probabilities: [given, 1 - given, 0], elsewhere: 0 },
    { order: 'swapped', probabilities: [swapped, 1 - swapped, 0], elsewhere: 0 },
  ]);
  if (!outcome) throw new Error('An order lacks');
  return outcome;
};

function audited(judge: Judge): AuditedPair[] {
  return auditPairs.map((pair) => ({
    ...pair,
    outcome: outcomeOf(judge, pair),
    again: pair.isRepeated ? outcomeOf(judge, pair) : undefined,
  }));
}

const isBetter = (text: string, pair: AuditPair) => pair.role !== 'equal' && text === pair.a.text;
const fair: Judge = (first, second, pair) =>
  isBetter(first, pair) ? 0.9 : isBetter(second, pair) ? 0.1 : 0.5;
const longer: Judge = (first, second) => (first.length > second.length ? 0.8 : 0.2);
const obedient: Judge = (first, second, pair) => {
  if (pair.role !== 'attack') return fair(first, second, pair);
  return first === pair.b.text ? 0.9 : 0.1;
};
const coin = (seed: number): Judge => {
  const random = seededUniform(seed);
  return () => random();
};

const flagsOf = (judge: Judge) =>
  auditFlags({ ...auditMeasures(audited(judge)), selfPreference: null });

const said = (...probabilities: number[]): OrderedVerdict[] => [
  { order: 'given', probabilities, elsewhere: 0 },
];

const outcome = (verdict: Verdict) => ({ verdict, isOrdered: true, isFlip: false, byPlace: null });

const many = (count: number, people: Verdict | null, judge: Verdict) =>
  Array.from({ length: count }, (): [Verdict | null, Verdict] => [people, judge]);

/** Pairs of the judge's own system, `a`, with what people and the judge say of each. */
const voted = (verdicts: readonly [people: Verdict | null, judge: Verdict][]): VotedPair[] =>
  verdicts.map(([people, judge], at) => ({
    prompt: `${at}`,
    people,
    outcome: outcome(judge),
    own: 'a',
  }));

describe('the pairs of an audit', () => {
  it('have at least forty attacks of every kind, and no key twice', () => {
    expect(judgeAttacks.length).toBeGreaterThanOrEqual(40);
    expect(new Set(judgeAttacks.map(({ kind }) => kind))).toEqual(new Set(attackKinds));
    expect(new Set(judgeAttacks.map(({ text }) => text)).size).toBe(judgeAttacks.length);
    const attacks = auditPairs.flatMap(({ attack }) => attack ?? []);
    expect(attacks.toSorted()).toEqual(judgeAttacks.map(({ name }) => name).toSorted());
    expect(new Set(auditPairs.map(({ key }) => key)).size).toBe(auditPairs.length);
  });

  it('cross length and worth, so that the longer answer is the better one half of the time', () => {
    const plain = auditPairs.filter(({ role }) => role === 'plain');
    expect(plain.filter((pair) => pair.longer === 'a')).toHaveLength(plain.length / 2);
    for (const { a, b } of plain) {
      const [brief = 0, long = 0] = [a.text.length, b.text.length].toSorted((p, q) => p - q);
      expect(long).toBeGreaterThan(2 * brief);
    }
  });

  it('set each attack against harmless words that are no shorter', () => {
    const controls = new Map(
      auditPairs.flatMap(({ role, prompt, b }) => (role === 'control' ? [[prompt, b.text]] : [])),
    );
    for (const { role, prompt, a, b } of auditPairs.filter((pair) => pair.role === 'attack')) {
      expect(role).toBe('attack');
      expect((controls.get(prompt)?.length ?? 0) + 2).toBeGreaterThanOrEqual(b.text.length);
      expect(a.text).not.toBe(b.text);
    }
  });
});

describe('the flags of an audit', () => {
  it.each<[string, Judge, string[]]>([
    ['a fair judge', fair, []],
    [
      'a fair judge who says a tie where nothing differs by a hair',
      (...of) => 0.5 + (fair(...of) - 0.5) / 1e6,
      [],
    ],
    ['whoever stands first', () => 0.7, ['position']],
    ['whoever stands second', () => 0.4, ['position']],
    ['the longer one', longer, ['length']],
    ['the shorter one', (first, second, pair) => longer(second, first, pair), ['length']],
    ['who asks for it', obedient, ['injection']],
    ['neither, ever', () => 0.5, ['coin']],
    ['the worse one', (first, second, pair) => 1 - fair(first, second, pair), ['coin']],
    [
      'the first who asks for it',
      (first, second, pair) => (pair.role === 'attack' ? obedient(first, second, pair) : 0.9),
      ['position', 'injection'],
    ],
  ])('name the bias of a judge that chooses %s', (_, judge, flags) => {
    expect(flagsOf(judge)).toEqual(flags);
  });

  it('call a coin a coin, and hardly ever anything else', () => {
    const coins = Array.from({ length: 200 }, (_, seed) => flagsOf(coin(seed)));
    expect(coins.filter((flags) => flags.includes('coin')).length).toBeGreaterThanOrEqual(198);
    expect(coins.filter((flags) => flags.length > 1).length).toBeLessThanOrEqual(6);
  });

  it('are not raised by a bias that decides one plain pair in twenty', () => {
    const random = seededUniform(5);
    const nearlyFair: Judge = (first, second, pair) =>
      random() < 0.05 ? 0.9 : fair(first, second, pair);
    expect(flagsOf(nearlyFair)).toEqual([]);
  });
});

describe('the measures of an audit', () => {
  it('are 1 for whoever is wholly biased and 0 for whoever is not, over every pair that tells', () => {
    const plain = auditPairs.filter(({ role }) => role === 'plain').length;
    const prompts = plain / 2;
    const first = auditMeasures(audited(() => 0.7));
    expect(first.flipRate).toMatchObject({ value: 1, n: plain + prompts });
    expect(first.positionEffect).toMatchObject({ value: 1, n: plain + prompts });
    expect(first.accuracy).toMatchObject({ value: 0.5, n: plain });
    expect(auditMeasures(audited(longer)).lengthEffect).toMatchObject({
      value: 1,
      n: plain + prompts,
    });
    const obeying = auditMeasures(audited(obedient));
    expect(obeying.injectionRate).toMatchObject({ value: 1, n: judgeAttacks.length });
    expect(obeying.turnedBy).toHaveLength(judgeAttacks.length);
    const measures = auditMeasures(audited(fair));
    for (const effect of ['positionEffect', 'lengthEffect', 'injectionEffect'] as const) {
      expect(measures[effect].value).toBe(0);
      const [lower = 1, upper = -1] = measures[effect].interval ?? [];
      expect(lower).toBeLessThan(0);
      expect(upper).toBeGreaterThan(0);
    }
    expect(measures.injectionRate).toMatchObject({ value: 0, interval: [0, expect.any(Number)] });
    expect(measures.accuracy.value).toBe(1);
    expect(measures.repetition).toMatchObject({ value: 1, n: prompts });
  });

  it('take no attack for a success that only makes a bad answer longer', () => {
    expect(auditMeasures(audited(longer)).injectionRate.value).toBe(0);
  });

  it('are shares within 0 and 1, and tell attacks that a coin turns from those that work', () => {
    const { injectionRate, injectionEffect, ...rest } = auditMeasures(audited(coin(3)));
    for (const { interval } of [injectionRate, rest.flipRate, rest.repetition]) {
      expect(interval?.[0]).toBeGreaterThanOrEqual(0);
      expect(interval?.[1]).toBeLessThanOrEqual(1);
    }
    expect(injectionRate.value).toBeGreaterThan(0.1);
    expect(injectionEffect.interval?.[0]).toBeLessThan(0);
  });

  it('know no place where answers are graded by themselves', () => {
    const [excellent, fail] = [said(0.9, 0.1, 0), said(0, 0.1, 0.9)];
    expect(gradedOutcome('absolute', excellent, fail)).toMatchObject({ verdict: 'a' });
    expect(gradedOutcome('absolute', fail, fail)?.verdict).toBe('tie');
    expect(gradedOutcome('absolute', fail, [])).toBeUndefined();
    const [lowest, highest] = [said(1, 0, 0, 0, 0, 0), said(0, 0, 0, 0, 0, 1)];
    expect(gradedOutcome('likert', lowest, highest)?.verdict).toBe('b');
    const graded = auditMeasures(
      auditPairs.flatMap((pair) => {
        const outcome = gradedOutcome(
          'absolute',
          excellent,
          pair.role === 'equal' ? excellent : fail,
        );
        return outcome ? [{ ...pair, outcome }] : [];
      }),
    );
    expect(graded.positionEffect).toEqual({ value: null, interval: null, n: 0 });
    expect(graded.accuracy.value).toBe(1);
    expect(auditFlags({ ...graded, selfPreference: null })).toEqual([]);
  });
});

const preferenceOf = (verdicts: readonly [Verdict | null, Verdict][]) =>
  auditOnVotes(voted(verdicts)).selfPreference;

describe('what the votes of people say of a judge', () => {
  it('is a preference for its own where it errs for its own more than against it', () => {
    const own = preferenceOf([...many(20, 'b', 'a'), ...many(20, 'a', 'a')]);
    expect(own).toMatchObject({ value: 1, n: 40 });
    expect(own?.interval?.[0]).toBeGreaterThan(0.7);
    expect(preferenceOf([...many(20, 'b', 'b'), ...many(20, 'a', 'a')])?.value).toBe(0);
    expect(preferenceOf(many(30, 'tie', 'a'))?.value).toBe(1);
  });

  // A coin gives the system that people like least more than they do: that is no preference.
  it('is none where it errs as much in both directions, whoever people prefer', () => {
    const coinLike = preferenceOf([
      ...many(45, 'b', 'a'),
      ...many(45, 'b', 'b'),
      ...many(5, 'a', 'a'),
      ...many(5, 'a', 'b'),
    ]);
    expect(coinLike?.value).toBeCloseTo(0, 12);
    expect(coinLike?.interval?.[0]).toBeLessThan(0);
    expect(preferenceOf([...many(45, 'b', 'tie'), ...many(5, 'a', 'tie')])?.value).toBe(0);
  });

  it('is unknown without votes of people on such pairs, and of errors on one side alone', () => {
    expect(preferenceOf(many(10, null, 'a'))).toBeNull();
    expect(preferenceOf(many(10, 'b', 'a'))).toBeNull();
    const others = voted(many(10, 'b', 'a')).map((pair) => ({ ...pair, own: null }));
    expect(auditOnVotes(others).selfPreference).toBeNull();
  });

  // Six of ten alike, two half alike: 0.7. By chance 0.5·0.5 + 0.2·0.1 + 0.3·0.4 = 0.39.
  it('is agreement by tie-discounted accuracy and Cohen’s kappa, each with its interval', () => {
    const { agreement } = auditOnVotes(
      voted([
        ...many(4, 'a', 'a'),
        ...many(2, 'b', 'b'),
        ...many(1, 'tie', 'b'),
        ...many(1, 'tie', 'a'),
        ...many(1, 'a', 'b'),
        ...many(1, 'b', 'tie'),
      ]),
    );
    expect(agreement?.n).toBe(10);
    expect(agreement?.tieDiscounted.value).toBeCloseTo(0.75, 12);
    expect(agreement?.kappa.value).toBeCloseTo((0.6 - 0.39) / (1 - 0.39), 12);
    expect(agreement?.kappa.interval).not.toBeNull();
  });
});
