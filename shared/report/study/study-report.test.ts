import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../domain/evaluate/evaluation.ts';
import { composeReport } from '../compose-report.ts';
import { hostileTexts } from '../testing/hostile-texts.ts';
import { statisticsOfVerdicts } from '../../stats/verdict-statistics.ts';
import { verdictsOfReport } from '../report-verdicts.ts';
import {
  fixtureFacts,
  fixtureJudge,
  fixtureVerdicts,
  fixtureVote,
} from '../testing/report-fixture.ts';
import { composeStudyReport, type StudyFacts } from './compose-study-report.ts';
import { studyToCsv, studyToHtml, studyToJson, studyToMarkdown } from './write-study-report.ts';

/** One focus against others, each with its verdicts. */
function studyOf(
  others: Record<string, readonly (Verdict | null)[]>,
  foreign?: string,
): StudyFacts {
  const focus = foreign === undefined ? 'Tuned' : `Tuned ${foreign}`;
  const evaluations = Object.entries(others).map(([name, verdicts]) => {
    const report = composeReport(fixtureFacts(verdicts, foreign));
    const { a, b } = report.systems;
    return { ...report, systems: { a: { ...a, name: focus }, b: { ...b, name } } };
  });
  const prompts = Math.max(...Object.values(others).map(({ length }) => length));
  return {
    name: foreign ?? 'Figure 1',
    createdMs: 1,
    design: 'focus',
    systemNames: [focus, ...Object.keys(others)],
    promptSets: [{ name: foreign ?? 'set', contentHash: 'd'.repeat(64), prompts, asked: prompts }],
    seed: 7,
    overlapPercent: 100,
    calibrationItems: 0,
    failures: [
      {
        system: 'Alpaca',
        promptSet: 'set',
        prompt: 4,
        reason: foreign ?? 'The prompt is too long.',
      },
    ],
    annotators: [{ author: foreign ?? 'Ada', votes: 600, left: 0, medianMs: 12_000 }],
    comparisons: prompts * Object.keys(others).length + 1,
    answers: prompts * 3,
    evaluations,
  };
}

/** As HTML, but for the warning of empty answers, which foreign text of no letter brings. */
function pageWith(foreign: string): string {
  const report = composeStudyReport(studyOf({ Alpaca: ['a', 'tie', null] }, foreign));
  const warnings = report.warnings.filter((one) => !one.includes('empty answer'));
  return studyToHtml({ ...report, warnings });
}

const tags = (source: string) => source.match(/<[a-z/!][a-z0-9]*/gi) ?? [];

/** A long name takes two lines of a figure, where a short one takes one and its title nothing. */
const ofFigures = /<svg[\s\S]*?<\/svg>/g;
const beside = (page: string) => tags(page.replaceAll(ofFigures, ''));
const within = (page: string) => new Set((page.match(ofFigures) ?? []).flatMap(tags));

describe('the report of a study', () => {
  // LIMA, figure 1 (people): against Alpaca 53 / 21 / 26 and against DaVinci003 44 / 21 / 35 percent of 300.
  const lima = composeStudyReport(
    studyOf({
      Alpaca: fixtureVerdicts(159, 63, 78),
      DaVinci003: fixtureVerdicts(132, 63, 105),
    }),
  );

  it('counts each baseline from the focus’ view and adjusts its p-value for all of them', () => {
    expect(lima.statistics.comparisons).toMatchObject([
      { a: 'Tuned', b: 'Alpaca', n: 300, wins: 159, ties: 63, losses: 78 },
      { a: 'Tuned', b: 'DaVinci003', n: 300, wins: 132, ties: 63, losses: 105 },
    ]);
    const [alpaca, davinci] = lima.statistics.comparisons;
    expect(alpaca?.holmP).toBeCloseTo(2 * (alpaca?.signTestP ?? 0), 12);
    expect(davinci?.holmP).toBeCloseTo(davinci?.signTestP ?? 0, 12);
    expect(lima.counts).toMatchObject({ pairs: 2, comparisons: 601, judged: 600, failed: 1 });
    expect(lima.warnings).toEqual(['1 comparison left out for want of an answer.']);
  });

  it('has methods that name every number, protocol, hash and seed', () => {
    const methods = lima.methods.join('\n');
    for (const named of [
      'd'.repeat(64),
      `base model base-1b-q8_0 (SHA-256 ${'b'.repeat(64)})`,
      `adapter lima-run-3 (SHA-256 ${'a'.repeat(64)})`,
      `template SHA-256 ${'c'.repeat(64)}`,
      'All sampled with temperature 0.7',
      'over the seed 7',
      'with the seeds 42, 42',
      'n = 300 on 300 prompts (bootstrap)',
      'adjusted by Holm for 2 pairs',
      'Ada 600 votes',
      'super-intelligent assistant',
    ])
      expect(methods).toContain(named);
  });

  it('is one page with its figures inside, that loads and runs nothing', () => {
    const page = studyToHtml(lima);
    expect(page.match(/<svg/g)).toHaveLength(3);
    expect(page).toContain('Tuned (A) against Alpaca (B) on lima-test');
    expect(page).not.toMatch(/<script|<link|<img|\ssrc=|\son\w+=|url\(|@import/i);
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org\/)/);
    expect(studyToMarkdown(lima)).toContain('| Tuned against Alpaca | 159, 63, 78 |');
    expect(studyToCsv(lima).trim().split('\r\n')).toHaveLength(601);
    expect(JSON.parse(studyToJson(lima))).toEqual(lima);
  });

  it('tells what a judge said of an answer once in its table, however many pairs show the answer', () => {
    const judges = [fixtureJudge('J')];
    const facts = { ...studyOf({ Alpaca: [null], DaVinci003: [null] }), judges };
    const report = composeStudyReport(facts);
    const evaluations = report.evaluations.map((one) => ({ ...one, judges }));
    // Its names, and the one answer that the judge graded.
    expect(
      studyToCsv({ ...report, evaluations })
        .trim()
        .split('\r\n'),
    ).toHaveLength(2);
  });

  it('tells each configuration of a system once, whatever seeds its answers have, with its examples', () => {
    const facts = studyOf({ Alpaca: ['a'], Bard: ['b'] });
    const examples = 'e'.repeat(64);
    for (const [at, { systems }] of facts.evaluations.entries())
      systems.a = {
        ...systems.a,
        seed: 7,
        identities: systems.a.identities.map(({ sampling, ...identity }) => ({
          ...identity,
          sampling: { ...sampling, seed: 100 + at },
          fewShotSha256: examples,
          adapterBaseSha256: 'f'.repeat(64),
        })),
      };
    const { systems, methods, warnings } = composeStudyReport(facts);
    expect(systems[0]).toMatchObject({ name: 'Tuned', seed: 7, identities: [{}] });
    const text = methods.join(' ');
    expect(text.split(examples)).toHaveLength(2);
    expect(text).toContain(`trained on another base model, SHA-256 ${'f'.repeat(64)}`);
    expect(text).toContain('by a seed that follows from seed 7. Alpaca, Bard sampled with');
    expect(warnings.join()).toContain('Tuned: its adapter was trained on another base model');
    const [first, second] = facts.evaluations;
    if (second) second.systems.a = { ...second.systems.a, seed: 8 };
    expect(composeStudyReport(facts).systems[0]?.seed).toBeNull();
    expect(first?.systems.a.seed).toBe(7);
  });

  it('warns as the report of an evaluation does, of each answer once, and of what nothing joins', () => {
    const facts = studyOf({ Alpaca: ['a', 'a'], Bard: ['b', 'b'] });
    for (const { items } of facts.evaluations) if (items[0]) items[0].a.finish = 'length';
    const { warnings } = composeStudyReport(facts);
    expect(warnings).toContain('1 answer of Tuned cut at the token limit.');
    const apart = studyOf({ Alpaca: ['a'], Bard: ['b'] });
    const [, bard] = apart.evaluations;
    if (bard) bard.systems.a = { ...bard.systems.a, name: 'GPT-4' };
    const told = composeStudyReport({
      ...apart,
      design: 'round-robin',
      systemNames: ['Tuned', 'Alpaca', 'GPT-4', 'Bard'],
    });
    expect(told.warnings).toContain(
      'Never compared, not even through others: Tuned, Alpaca | GPT-4, Bard. Ratings between such groups mean nothing.',
    );
  });

  it('keeps apart the pairs of answers to a prompt that is asked twice', () => {
    const facts = fixtureFacts(['a', 'b']);
    const [one, two] = facts.items;
    if (one && two) two.prompt = one.prompt;
    for (const [at, { votes }] of facts.items.entries())
      votes.push(fixtureVote(at === 0 ? 'a' : 'b', at, { author: 'Bob' }));
    const report = composeReport(facts);
    const { annotators } = statisticsOfVerdicts(verdictsOfReport(report));
    expect(annotators).toMatchObject([{ items: 2, tieDiscounted: { value: 1 } }]);
    expect(new Set(verdictsOfReport(report).map(({ item }) => item)).size).toBe(2);
  });

  it('is a report without a figure before the first vote', () => {
    const report = composeStudyReport(studyOf({ Alpaca: [null, null] }));
    expect(report.statistics.comparisons).toEqual([]);
    expect(studyToHtml(report)).toContain('No comparison has been judged yet.');
  });

  it.each(hostileTexts)('keeps its structure with %j in every field', (hostile) => {
    const [page, harmless] = [pageWith(hostile), pageWith('harmless'.repeat(12))];
    expect(beside(page)).toEqual(beside(harmless));
    expect(page.match(ofFigures)).toHaveLength(harmless.match(ofFigures)?.length ?? 0);
    for (const tag of within(page)) expect(within(harmless)).toContain(tag);
  });
});
