import { describe, expect, it } from 'vitest';
import { evaluationReportSchema } from '../domain/report/evaluation-report.ts';
import type { Verdict } from '../domain/evaluate/evaluation.ts';
import { composeReport, type ReportFacts } from './compose-report.ts';
import { agreementTable, statisticsTable } from './report-figures.ts';
import { reportToHtml } from './report-html.ts';
import { reportToJson } from './report-json.ts';
import { reportToMarkdown } from './report-markdown.ts';
import { fixtureFacts, fixtureVerdicts, fixtureVote } from './testing/report-fixture.ts';

/** A's answers are ten characters longer in the first verdicts and ten shorter in the others. */
function byLength(longer: readonly Verdict[], shorter: readonly Verdict[]): ReportFacts {
  const facts = fixtureFacts([...longer, ...shorter]);
  const [long, short] = ['x'.repeat(30), 'y'.repeat(20)];
  const items = facts.items.map((item, at) => ({
    ...item,
    a: { ...item.a, output: at < longer.length ? long : short },
    b: { ...item.b, output: at < longer.length ? short : long },
  }));
  return { ...facts, items };
}

/** Two people's verdicts on the same comparisons. */
function byTwo(pairs: readonly (readonly [Verdict, Verdict])[]): ReportFacts {
  const facts = fixtureFacts(pairs.map(() => null));
  const items = facts.items.map((item, at) => {
    const [ada = 'tie', bob = 'tie'] = pairs[at] ?? [];
    return { ...item, votes: [fixtureVote(ada, at), fixtureVote(bob, at, { author: 'Bob' })] };
  });
  return { ...facts, items };
}

const times = (count: number, pair: readonly [Verdict, Verdict]) =>
  Array.from({ length: count }, () => pair);

describe('the length-controlled win rate of a report', () => {
  // 25 of 30 where A is longer, 2 of 10 where it is shorter: odds √(5 · ¼) between equal lengths.
  const lengthy = composeReport(byLength(fixtureVerdicts(25, 0, 5), fixtureVerdicts(2, 0, 8)));
  const odds = Math.sqrt(5 / 4);

  it('is what is left of the raw one between answers of one length, with an interval', () => {
    expect(lengthy.statistics?.winPlusHalfTie.value).toBe(27 / 40);
    expect(lengthy.lengthControlled?.value).toBeCloseTo(odds / (1 + odds), 10);
    const [lower, upper] = lengthy.lengthControlled?.interval ?? [1, 0];
    expect(lower).toBeGreaterThan(0.3);
    expect(lower).toBeLessThan(0.45);
    expect(upper).toBeGreaterThan(0.6);
  });

  it('is warned of where it differs by more than ten points, and only there', () => {
    const story = /^Between answers of one length A would win 52\.8.% \[.*\] instead of 67\.5.%/;
    expect(lengthy.warnings.filter((one) => story.test(one))).toHaveLength(1);
    // 20 of 24 and 4 of 16: 56.4 % instead of 60 %.
    const alike = composeReport(byLength(fixtureVerdicts(20, 0, 4), fixtureVerdicts(4, 0, 12)));
    expect(alike.lengthControlled?.value).toBeCloseTo(0.5635, 4);
    expect(alike.warnings.join()).not.toContain('of one length');
  });

  it('is unknown where lengths alone tell who won, and has no interval for a few prompts', () => {
    const decided = composeReport(byLength(['a', 'a'], ['b', 'b']));
    expect(decided.lengthControlled).toEqual({ value: null, interval: null });
    expect(decided.warnings.join()).toContain('lengths of the answers alone tell who won');
    const few = composeReport(byLength(['a', 'b'], ['b', 'a']));
    expect(few.lengthControlled).toEqual({ value: 0.5, interval: null });
    expect(composeReport(fixtureFacts([null])).lengthControlled).toBeNull();
  });

  it('stands beside the raw one in every form, and in no earlier report', () => {
    const row = ['Length-controlled', '52.8\u00a0%', expect.stringMatching(/^\[\d+\.\d, /)];
    const { statistics } = lengthy;
    if (!statistics) throw new Error('Nothing was judged');
    expect(statisticsTable(statistics, lengthy.lengthControlled).rows).toContainEqual([
      ...row,
      expect.stringContaining('bootstrap over prompts'),
    ]);
    for (const write of [reportToMarkdown, reportToHtml])
      expect(write(lengthy)).toMatch(/Length-controlled[^]{1,40}52\.8/);
    const written: Record<string, unknown> = JSON.parse(reportToJson(lengthy));
    const { lengthControlled, krippendorff, methods, ...earlier } = written;
    expect(lengthControlled).toEqual(lengthy.lengthControlled);
    expect([krippendorff, typeof methods]).toEqual([null, 'string']);
    const read = evaluationReportSchema.parse(earlier);
    expect([read.lengthControlled, read.methods]).toEqual([null, '']);
    expect(reportToMarkdown(read)).not.toMatch(/Length-controlled|## Methods/);
  });
});

describe('the agreement of a report', () => {
  // 7 of 10 alike, ½ by chance: κ = 0.4. α = 1 − (6/20) / (2 · 11 · 9 / (20 · 19)) = 0.4242….
  const report = composeReport(
    byTwo([
      ...times(4, ['a', 'a']),
      ...times(3, ['b', 'b']),
      ...times(2, ['a', 'b']),
      ...times(1, ['b', 'a']),
    ]),
  );

  it('is told by kappa for each pair and alpha for all, with their intervals', () => {
    expect(report.agreements).toHaveLength(1);
    expect(report.agreements[0]).toMatchObject({ first: 'Ada', second: 'Bob', items: 10 });
    expect(report.agreements[0]?.tieDiscounted.value).toBe(0.7);
    expect(report.agreements[0]?.kappa?.value).toBeCloseTo(0.4, 12);
    expect(report.krippendorff?.value).toBeCloseTo(1 - (0.3 * 380) / 198, 12);
    for (const one of [report.agreements[0]?.kappa, report.krippendorff])
      expect(one?.interval?.[0]).toBeLessThan(one?.value ?? -1);
    const cells = agreementTable(report).rows.map((row) => row.at(-1));
    expect(cells).toEqual([
      expect.stringMatching(/^Cohen’s kappa 0\.40 \[.*\] \(10 items\)$/),
      expect.stringMatching(/^Krippendorff’s alpha 0\.42 \[.*\] \(10 items\)$/),
    ]);
  });

  it('is not told beyond chance where all said the same, and takes no rule for an author', () => {
    const same = composeReport(byTwo(times(6, ['a', 'a'])));
    expect([same.agreements[0]?.kappa, same.krippendorff]).toEqual([null, null]);
    expect(agreementTable(same).rows).toEqual([['Ada and Bob', '6', expect.any(String), '–']]);
    const rule = { author: 'expected answer', authorKind: 'rule' as const, shown: null };
    const facts = fixtureFacts(['a', 'b', 'a']);
    for (const item of facts.items) item.votes.push(fixtureVote('a', item.ordinal, rule));
    expect(composeReport(facts)).toMatchObject({ agreements: [], krippendorff: null });
  });

  it('keeps a person and a judge of one name apart', () => {
    const facts = byTwo(times(6, ['a', 'b']));
    for (const { votes } of facts.items)
      for (const vote of votes.slice(1))
        Object.assign(vote, { author: 'Ada', authorKind: 'judge' });
    expect(composeReport(facts).agreements).toMatchObject([
      { first: 'Ada', second: 'Ada', items: 6, tieDiscounted: { value: 0 } },
    ]);
  });
});
