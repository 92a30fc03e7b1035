import { expect, it } from 'vitest';
import { composeReport } from './compose-report.ts';
import { lostBy, tunedSystem } from './lost-comparisons.ts';
import { fixtureFacts, fixtureIdentity } from './testing/report-fixture.ts';

it('a system lost the comparisons that the other one won, and no tie', () => {
  const report = composeReport(fixtureFacts(['a', 'b', 'tie', null, 'b']));
  expect(lostBy(report, 'a').map(({ ordinal }) => ordinal)).toEqual([1, 4]);
  expect(lostBy(report, 'b').map(({ ordinal }) => ordinal)).toEqual([0]);
});

it('what was lost is told of the tuned system, else of weights that answer here, else of A', () => {
  const imported = { identities: [] };
  const base = { identities: [fixtureIdentity({ adapterSha256: null, adapterName: null })] };
  const tuned = { identities: [fixtureIdentity()] };
  const ranked = [imported, base, tuned];
  for (const [low, one] of ranked.entries())
    for (const [high, other] of ranked.entries())
      expect(tunedSystem({ systems: { a: one, b: other } })).toBe(high > low ? 'b' : 'a');
});
