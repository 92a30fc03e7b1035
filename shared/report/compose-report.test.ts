import { describe, expect, it } from 'vitest';
import { evaluationReportSchema, type ReportVote } from '../domain/report/evaluation-report.ts';
import { composeReport, type ReportFacts } from './compose-report.ts';
import {
  fixtureFacts,
  fixtureIdentity,
  fixtureVerdicts,
  fixtureVote,
} from './testing/report-fixture.ts';
import { statisticsTable } from './report-figures.ts';
import { reportToHtml } from './report-html.ts';
import { reportToJson } from './report-json.ts';
import { reportToMarkdown } from './report-markdown.ts';

function withVotes(...votes: ReportVote[][]): ReportFacts {
  const facts = fixtureFacts(votes.map(() => null));
  return {
    ...facts,
    items: facts.items.map((item, index) => ({ ...item, votes: votes[index] ?? [] })),
  };
}

const bob = { author: 'Bob' };
const rule = { author: 'identical answers', authorKind: 'rule' as const, shown: null };
const judge = { author: 'judge-1b', authorKind: 'judge' as const };

describe('composeReport', () => {
  it('computes LIMA against GPT-4 from three hundred votes', () => {
    const report = composeReport(fixtureFacts(fixtureVerdicts(54, 75, 171)));
    expect(report.statistics).toMatchObject({ wins: 54, ties: 75, losses: 171, n: 300 });
    expect(report.counts).toMatchObject({ comparisons: 300, judged: 300, open: 0, votes: 300 });
    expect(report.authors).toHaveLength(1);
    expect(report.authors[0]?.statistics).toEqual(report.statistics);
  });

  it('counts only the newest vote of an author, in whatever order the log is', () => {
    const first = fixtureVote('a', 0, { atMs: 1000 });
    const second = fixtureVote('b', 0, { atMs: 2000 });
    for (const votes of [
      [first, second],
      [second, first],
    ]) {
      const report = composeReport(withVotes(votes));
      expect(report.statistics).toMatchObject({ wins: 0, losses: 1 });
      expect(report.counts.votes).toBe(1);
    }
  });

  it('gives a comparison one verdict: the most frequent, and a tie when there is none', () => {
    const report = composeReport(
      withVotes(
        [fixtureVote('a', 0), fixtureVote('b', 0, bob)],
        [fixtureVote('a', 1), fixtureVote('a', 1, bob), fixtureVote('b', 1, { author: 'Cy' })],
        [fixtureVote('b', 2), fixtureVote('tie', 2, bob)],
        [fixtureVote('b', 3), fixtureVote('b', 3, bob)],
      ),
    );
    expect(report.items.map((item) => item.verdict)).toEqual(['tie', 'a', 'tie', 'b']);
    expect(report.statistics?.n).toBe(4);
    expect(report.warnings.join()).toContain('3 authors');
  });

  it('rests on people when a judge model voted as well, and lists the judge apart', () => {
    const report = composeReport(
      withVotes([fixtureVote('a', 0), fixtureVote('b', 0, judge)], [fixtureVote('b', 1, judge)]),
    );
    expect(report.basis).toBe('human');
    expect(report.items.map((item) => item.verdict)).toEqual(['a', null]);
    expect(report.authors.map(({ author, votes }) => [author, votes])).toEqual([
      ['Ada', 1],
      ['judge-1b', 2],
    ]);
    expect(report.warnings.join()).toContain('counts people only');
  });

  it('rests on the judge and says so when no person voted', () => {
    const report = composeReport(withVotes([fixtureVote('a', 0, judge)]));
    expect(report.basis).toBe('judge');
    expect(report.statistics?.wins).toBe(1);
    expect(report.warnings.join()).toContain('no person has voted');
  });

  it('counts a tie by rule for everybody, but not as anybody’s vote or side', () => {
    const facts = withVotes([fixtureVote('tie', 0, rule)], [fixtureVote('a', 1)]);
    const [identical] = facts.items;
    if (identical !== undefined) identical.b.output = identical.a.output;
    const report = composeReport(facts);
    expect(report.statistics).toMatchObject({ wins: 1, ties: 1, n: 2 });
    expect(report.authors).toMatchObject([
      { author: 'Ada', votes: 1, statistics: { wins: 1, ties: 1 } },
    ]);
    expect(report.counts.votes).toBe(1);
    expect(report.positionBias).toMatchObject({ left: 0, right: 1, neither: 0 });
    expect(report.counts.identicalOutputs).toBe(1);
    expect(report.warnings.join()).toContain('1 comparison with identical answers');
  });

  it('takes identical answers for no second author beside another rule', () => {
    const expected = { ...rule, author: 'expected answer' };
    const report = composeReport(
      withVotes([fixtureVote('tie', 0, rule)], [fixtureVote('a', 1, expected)]),
    );
    expect(report.basis).toBe('rule');
    expect(report.statistics).toMatchObject({ wins: 1, ties: 1, n: 2 });
    expect(report.authors.map(({ author }) => author)).toEqual(['expected answer']);
    expect(report.warnings.join()).not.toContain('authors');
  });

  it('measures agreement over the items both authors judged, and nothing else', () => {
    const report = composeReport(
      withVotes(
        [fixtureVote('a', 0), fixtureVote('a', 0, bob)],
        [fixtureVote('a', 1), fixtureVote('tie', 1, bob)],
        [fixtureVote('a', 2), fixtureVote('b', 2, bob)],
        [fixtureVote('tie', 3), fixtureVote('tie', 3, bob)],
        [fixtureVote('a', 4)],
        [fixtureVote('b', 5, bob), fixtureVote('tie', 5, rule)],
      ),
    );
    expect(report.agreements).toMatchObject([{ first: 'Ada', second: 'Bob', items: 4 }]);
    expect(report.agreements[0]?.tieDiscounted.value).toBe(0.625);
  });

  it('counts right answers where an answer is expected, whoever voted, as whole words', () => {
    const facts = fixtureFacts(['a', 'tie', null, 'b']);
    const [first, second, third] = facts.items;
    if (!first || !second || !third) throw new Error('The fixture lacks items');
    const answers = (a: string, b: string, expected: string) => ({
      a: { ...first.a, output: a },
      b: { ...first.b, output: b },
      expected,
    });
    const items = [
      { ...first, ...answers('It is NIAMEY, of course.', 'I do not know', 'Niamey') },
      { ...second, ...answers('In Nigeria', 'In Niger.', 'Niger') },
      { ...third, ...answers('Kuwait City', 'kuwait  city', 'Kuwait City') },
      ...facts.items.slice(3),
    ];
    const { accuracy } = composeReport({ ...facts, items });
    expect(accuracy).toMatchObject({
      questions: 3,
      a: { right: 2, share: { value: 2 / 3 } },
      b: { right: 2, share: { value: 2 / 3 } },
    });
    expect(composeReport(facts).accuracy).toBeNull();
  });

  it('keeps a person and a judge of the same name apart', () => {
    const report = composeReport(
      withVotes([fixtureVote('a', 0), fixtureVote('b', 0, { authorKind: 'judge' })]),
    );
    expect(report.authors).toHaveLength(2);
    expect(report.agreements[0]?.tieDiscounted.value).toBe(0);
  });

  it('keeps one identity per configuration, although every answer has its own seed', () => {
    const facts = fixtureFacts(['a', 'b']);
    const { sampling } = fixtureIdentity();
    facts.systems.a.identities = [
      fixtureIdentity(),
      fixtureIdentity({ sampling: { ...sampling, seed: 43 } }),
      fixtureIdentity({ device: 'CUDA0' }),
    ];
    facts.systems.b.identities = [];
    const report = composeReport(facts);
    expect(report.systems.a.identities.map(({ device }) => device)).toEqual(['CPU', 'CUDA0']);
    expect(report.warnings.join()).toContain('2 different configurations');
    expect(report.warnings.join()).toContain('System B: the weights behind its answers');
  });

  it('survives its own JSON form without loss, surrogates and controls included', () => {
    const hostile = '\u0000\u009b31m\u202e "quoted" \ud800 \u{1f600} </script>';
    const report = composeReport(fixtureFacts(['a', null], hostile));
    const json = reportToJson(report);
    expect(evaluationReportSchema.parse(JSON.parse(json))).toEqual(report);
    expect(json).not.toMatch(/(?!\n)\p{Cc}|[\u202a-\u202e]/u);
  });
});

function warningsOf(facts: ReportFacts): string {
  return composeReport(facts).warnings.join('\n');
}

describe('the warnings', () => {
  it('say nothing about a large, decided and balanced evaluation', () => {
    const facts = fixtureFacts(fixtureVerdicts(159, 63, 78));
    for (const item of facts.items) item.b.output = `B${item.a.output.slice(1)}`;
    expect(warningsOf(facts)).toBe('');
  });

  it('name each reason for which a prompt could not be asked once, with how often', () => {
    const reason = 'The prompt has 900 tokens.';
    const failures = [4, 7].map((ordinal) => ({ ordinal, system: 'b' as const, reason }));
    expect(warningsOf({ ...fixtureFacts(['a']), failures })).toContain(
      '2 comparisons left out for want of an answer of B: The prompt has 900 tokens.',
    );
  });

  it('tell comparisons of equal prompts, which are not independent', () => {
    const facts = fixtureFacts(['a', 'b', 'tie', 'a']);
    for (const [at, content] of [
      'What is tea?',
      ' What  is tea?\n',
      'Why?',
      'What is tea?',
    ].entries())
      for (const item of facts.items.slice(at, at + 1)) item.prompt = [{ role: 'user', content }];
    expect(warningsOf(facts)).toContain('Prompts that were asked before: 2 of 4 comparisons.');
    const report = composeReport(facts);
    const { statistics, positionBias } = report;
    expect(statistics).toMatchObject({ wins: 2, n: 4, byPrompt: { prompts: 2 } });
    expect(positionBias?.byPrompt?.prompts).toBe(1);
    expect(reportToMarkdown(report)).toMatch(/Left answer preferred.*, clustered by 1 prompt;/);
    expect(evaluationReportSchema.parse(JSON.parse(reportToJson(report)))).toEqual(report);
    const rows = statistics ? statisticsTable(statistics, report.lengthControlled).rows : [];
    expect(rows.join('\n')).toContain('each of 2 prompts once, 1 against 0');
    expect(warningsOf(fixtureFacts(['a', 'b']))).not.toContain('asked before');
  });

  it('say that nobody has voted, without inventing a result', () => {
    const report = composeReport(fixtureFacts([null, null]));
    expect(report.statistics).toBeNull();
    expect(report.warnings).toEqual(['Nobody has judged anything yet.']);
  });

  it('name few votes, open comparisons, and a difference that is not one', () => {
    const text = warningsOf(fixtureFacts([...fixtureVerdicts(5, 2, 3), null]));
    expect(text).toContain('Few votes: 10 comparisons');
    expect(text).toContain('1 comparison of 11 without a verdict');
    expect(text).toContain('Not significant: sign test p = 0.73');
    expect(text).toMatch(/About \d+ more comparisons/);
  });

  it('name a lead that only ties make', () => {
    expect(warningsOf(fixtureFacts(fixtureVerdicts(99, 75, 126)))).toContain('B wins more often');
    expect(warningsOf(fixtureFacts(fixtureVerdicts(132, 63, 105)))).not.toContain('more often');
  });

  it('name a voter who always clicks left', () => {
    const facts = fixtureFacts(Array.from({ length: 60 }, () => null));
    const items = facts.items.map((item) => ({
      ...item,
      votes: [fixtureVote(item.shownLeft, item.ordinal)],
    }));
    expect(warningsOf({ ...facts, items })).toContain('Position bias: the left answer won 100.0');
  });

  it('name a length that wins, cut and empty answers', () => {
    const facts = fixtureFacts(fixtureVerdicts(0, 0, 60));
    const [first, second] = facts.items;
    if (first !== undefined) first.a.finish = 'length';
    if (second !== undefined) second.b.output = ' ';
    const text = warningsOf(facts);
    expect(text).toContain('The longer answer won');
    expect(text).toContain('1 answer of A cut at the token limit.');
    expect(text).toContain('1 empty answer of B.');
  });

  it('name systems that are the same or sample differently', () => {
    const facts = fixtureFacts(['a']);
    const { sampling } = fixtureIdentity();
    facts.systems.b.identities = [fixtureIdentity({ sampling: { ...sampling, temperature: 0 } })];
    expect(warningsOf(facts)).toContain('same weights');
    expect(warningsOf(facts)).toContain('different sampling');
  });
});

describe('answers of a system that thinks', () => {
  const long = 'because of this and that, '.repeat(20);
  const facts = fixtureFacts(['b', 'b', 'tie']);
  const report = composeReport({
    ...facts,
    items: facts.items.map((item, index) => ({
      ...item,
      expected: 'Rome',
      a: { ...item.a, output: `<think>\nRome? ${long}\n</think>\n\nOslo` },
      b: { ...item.b, output: index === 2 ? 'Oslo' : 'Lisbon it is' },
    })),
  });

  it('are compared, measured and looked through without their thinking', () => {
    expect(report.counts.identicalOutputs).toBe(1);
    // Votes of before stand: a rule that came later settles nothing that a person was asked.
    expect(report.statistics).toMatchObject({ n: 3, ties: 1 });
    expect(report.warnings.join()).toMatch(
      /1 comparison with answers that differ in their thinking/,
    );
    expect(report.lengthBias).toMatchObject({ longer: 2, shorter: 0 });
    expect(report.accuracy?.a.right).toBe(0);
    expect(report.warnings).toContain(
      '3 answers of A with thinking, which voters did not see and no length or expected answer looks at.',
    );
  });

  it('are reported in full, the thinking apart from the answer', () => {
    const note = '4 characters, thought for 101 words, complete';
    const markdown = reportToMarkdown(report);
    expect(markdown).toContain(`Answer A (shown left; ${note}, seed 0):\n\n\`\`\`text\nOslo\n`);
    expect(markdown).toContain(`Thinking of A, not shown:\n\n\`\`\`text\nRome? because`);
    const page = reportToHtml(report).replaceAll(/\s+/g, ' ');
    expect(page).toMatch(/<summary>Thinking<\/summary> <div [^>]*>Rome\? because/);
    expect(page).toMatch(/<div [^>]*>Oslo<\/div>/);
  });
});
