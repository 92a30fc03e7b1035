import { expect, it } from 'vitest';
import { answerSeed } from '../domain/evaluate/answer-seed.ts';
import { identicalAnswersAuthor, type Verdict } from '../domain/evaluate/evaluation.ts';
import { composeReport, type ReportFacts } from './compose-report.ts';
import type { CheckedEvaluation } from './disagreements.ts';
import { reportToHtml } from './report-html.ts';
import { reportToMarkdown } from './report-markdown.ts';
import {
  fixtureFacts,
  fixtureIdentity,
  fixtureVerdicts,
  fixtureVote,
} from './testing/report-fixture.ts';

const methodsOf = (facts: ReportFacts) => composeReport(facts).methods;
const [base, adapter, template, set] = ['b', 'a', 'c', 'd'].map((digit) => digit.repeat(64));

/** Answers whose seeds were drawn from one, as the project knows it. */
function checkedAnswers({ items, sideSeed }: ReportFacts, seed: number): CheckedEvaluation {
  const { sampling, baseSha256 } = fixtureIdentity();
  const expected = { baseSha256, adapterSha256: adapter ?? '', strength: 1 };
  const of = (changes: { adapterSha256?: null }) => ({
    expected: { ...expected, ...changes, sampling: { ...sampling, seed } },
    answers: items.map(({ ordinal, prompt }) => ({
      ordinal,
      promptOrdinal: ordinal,
      prompt,
      identity: fixtureIdentity({
        ...changes,
        repetition: 0,
        sampling: { ...sampling, seed: answerSeed(seed, { messages: prompt }, 0) },
      }),
      integrity: 'verified' as const,
    })),
  });
  return { systems: { a: of({}), b: of({ adapterSha256: null }) }, sideSeed, sides: items };
}

it('the methods paragraph names every n, hash and seed that is known', () => {
  const facts = fixtureFacts(['a', 'tie', 'b', null]);
  const checked = checkedAnswers(facts, 7);
  expect(methodsOf({ ...facts, checked, programVersion: '9.9.9' })).toBe(
    `Two systems answered 4 prompts of the prompt set “lima-test” (4 prompts, content hash ${set}). ` +
      `A is “Tuned”: base model base-1b-q8_0 (SHA-256 ${base}), adapter lima-run-3 (SHA-256 ${adapter}) at strength 1, chat template SHA-256 ${template}, node-llama-cpp 3.21.1 on CPU. ` +
      `B is “Base”: base model base-1b-q8_0 (SHA-256 ${base}), no adapter, chat template SHA-256 ${template}, e on CPU. ` +
      'Both were sampled with temperature 0.7, top p 0.9, top k 0, min p 0, repetition penalty 1.2 and at most 2,048 tokens, each answer by a seed that follows from seed 7. ' +
      'Which answer stood on the left was random, in balanced blocks of six comparisons, from seed 42. ' +
      'Votes were given by 1 person: 3 votes. ' +
      'People saw one prompt and two answers side by side without names, and said which answer is significantly better, or that neither is (LIMA, appendix C). ' +
      '3 of 4 comparisons have a verdict, by people. ' +
      'Intervals are of 95\u00a0%: Wilson’s for shares, Tango’s score for win + ½ tie. ' +
      'Wins and losses are compared by a two-sided exact sign test, ties left out. ' +
      'The length-controlled win rate is AlpacaEval 2’s minimal variant, unregularized, of lengths in characters, without an interval, for too few prompts, wins or losses. ' +
      'Computed by Lima Workbench 9.9.9.',
  );
});

it('claims nothing that is not known of answers from a file, on which nobody voted', () => {
  const facts = fixtureFacts([null]);
  for (const key of ['a', 'b'] as const) facts.systems[key].identities = [];
  const items = facts.items.map((item) => ({
    ...item,
    a: { ...item.a, seed: null },
    b: { ...item.b, seed: null },
  }));
  expect(methodsOf({ ...facts, items })).toBe(
    `Two systems answered 1 prompt of the prompt set “lima-test” (1 prompt, content hash ${set}). ` +
      'A is “Tuned”; the weights behind its answers are not recorded. ' +
      'B is “Base”; the weights behind its answers are not recorded. ' +
      'Which answer stood on the left was random, in balanced blocks of six comparisons, from seed 42. ' +
      'Nobody has voted.',
  );
});

it('tells of imported answers the file and who it says gave them, and no sampling', () => {
  const facts = fixtureFacts(['a']);
  facts.systems.a.identities = [
    { importedFrom: 'gpt.json', fileSha256: template ?? '', generator: 'gpt-4', importedMs: 1 },
  ];
  facts.systems.b.identities = [fixtureIdentity({ fewShotSha256: set ?? '' })];
  const text = methodsOf(facts);
  expect(text).toContain(
    `A is “Tuned”: answers from the file “gpt.json” (SHA-256 ${template}), by “gpt-4” as the file says, whose weights and sampling are not known. B is`,
  );
  expect(text).toContain(`behind constant examples (SHA-256 ${set})`);
  expect(text).not.toContain('A was sampled');
});

/** People, a judge and a rule on the same comparisons. */
function crowd(verdicts: readonly Verdict[]): ReportFacts {
  const facts = fixtureFacts(verdicts);
  for (const { ordinal, votes } of facts.items)
    votes.push(
      fixtureVote('a', ordinal, { author: 'Bob' }),
      fixtureVote('b', ordinal, { author: 'judge-1b', authorKind: 'judge' }),
    );
  const rule = { author: identicalAnswersAuthor, authorKind: 'rule' as const, shown: null };
  for (const { votes } of facts.items.slice(0, 1)) votes.push(fixtureVote('tie', 0, rule));
  return facts;
}

it('counts people, names judges, and tells which verdict counts and how agreement is measured', () => {
  const text = methodsOf(crowd(fixtureVerdicts(30, 10, 20)));
  expect(text).toContain(
    'Votes were given by 2 people: 120 votes; 1 judge model (“judge-1b”): 60 votes.',
  );
  expect(text).toContain('1 comparison with identical answers is a tie by rule.');
  expect(text).toContain(
    '60 of 60 comparisons have a verdict, by people: the one that most of them gave, and a tie where none has most.',
  );
  expect(text).toContain(
    'Agreement of authors is told by tie-discounted accuracy (LIMA, section 4), Cohen’s kappa, Krippendorff’s alpha of all (interval scale); intervals beyond chance are by a bootstrap over comparisons (seed 0).',
  );
  expect(text).not.toContain('Computed by');
});

it('tells sides that are not those of the seed, other sampling, other bases and failures', () => {
  const facts = fixtureFacts(['a', 'b']);
  const [first] = facts.items;
  if (first) first.shownLeft = first.shownLeft === 'a' ? 'b' : 'a';
  const { sampling } = fixtureIdentity();
  const changes = { sampling: { ...sampling, temperature: 0 }, adapterBaseSha256: 'e'.repeat(64) };
  facts.systems.b.identities = [fixtureIdentity({ ...changes, parallel: 8 })];
  facts.failures = [{ ordinal: 2, system: 'a', reason: 'too long' }];
  const text = methodsOf(facts);
  expect(text).toContain('it is not what seed 42 gives.');
  expect(text).toContain('A was sampled with temperature 0.7,');
  expect(text).toContain(', each answer by the seed that is told with it. B was sampled');
  expect(text).toContain('B was sampled with temperature 0,');
  expect(text).toContain(`, trained on another base model, SHA-256 ${'e'.repeat(64)})`);
  expect(text).toContain('at most 8 answers at a time.');
  expect(text).toContain('1 further comparison was left out for want of an answer.');
});

it('stands in Markdown and HTML as in JSON', () => {
  const report = composeReport(fixtureFacts(['a']));
  const words = 'Votes were given by 1 person: 1 vote.';
  expect(report.methods).toContain(words);
  expect(reportToMarkdown(report)).toMatch(new RegExp(`^## Methods\n\n.*${words}`, 'm'));
  expect(reportToHtml(report).replaceAll(/\s+/g, ' ')).toContain(words);
});
