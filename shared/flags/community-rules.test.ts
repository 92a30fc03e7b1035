import { expect, test } from 'vitest';
import {
  communityFlags,
  measureHtml,
  proseOfHtml,
  proseOfMarkdown,
  standsAlone,
  titleProblem,
} from './community-rules.ts';
import { ruleThresholds } from '../domain/rule-thresholds.ts';

const clean = {
  title: 'Which way round does a paper filter go?',
  answerScore: 10,
  rawHtml: `<p>${'w'.repeat(1300)}</p>`,
  markdown: 'w'.repeat(1300),
};
const flags = (more: Partial<typeof clean>) => {
  const { rawHtml, ...answer } = { ...clean, ...more };
  return communityFlags({ ...answer, html: measureHtml(rawHtml) });
};
const flagsOf = (more: Partial<typeof clean>) =>
  flags(more).map((flag) => `${flag.rule} ${flag.scope}: ${flag.reason}`);
const prose = (text: string) => ({
  rawHtml: `<p>${text} ${'w'.repeat(1300)}</p>`,
  markdown: `${text} ${'w'.repeat(1300)}`,
});

test('an answer that meets every rule has no flag, at the very limits too', () => {
  expect(flagsOf({})).toEqual([]);
  for (const length of [1200, 4096])
    expect(flagsOf({ rawHtml: 'w'.repeat(length), markdown: 'w'.repeat(length) })).toEqual([]);
  expect(ruleThresholds.minAnswerCharacters.source).toContain('2305.11206');
});

test('a low score and a length are flagged with what was measured, and on which text', () => {
  expect(flagsOf({ answerScore: 9 })).toEqual([
    "answer-score-low both: the answer's score is 9, below 10",
  ]);
  expect(flagsOf({ markdown: 'w'.repeat(1199) })).toEqual([
    'answer-too-short cleaned: the answer has 1,199 characters when cleaned, below 1,200',
  ]);
  expect(flagsOf({ rawHtml: 'w'.repeat(4097) })).toEqual([
    'answer-too-long raw: the answer has 4,097 characters of HTML, above 4,096',
  ]);
  expect(flagsOf({ rawHtml: 'w'.repeat(10), markdown: 'w' })).toEqual([
    'answer-too-short both: the answer has 10 characters of HTML and 1 character when cleaned, below 1,200',
  ]);
});

test('words that a person wrote are measured alone', () => {
  const { rawHtml: _, ...answer } = { ...clean, markdown: 'My tea.' };
  expect(communityFlags({ ...answer, html: undefined })).toEqual([
    {
      rule: 'answer-too-short',
      scope: 'cleaned',
      reason: 'the answer has 7 characters, below 1,200',
    },
    { rule: 'first-person', scope: 'cleaned', reason: 'the answer has "My" (once in all)' },
  ]);
});

test.each([
  'I would',
  'in my view',
  "what I've seen",
  'ask me',
  'My way',
  'did it myself',
  'So I, too',
])('first person is found in "%s"', (text) => {
  expect(flagsOf(prose(text))).toEqual([expect.stringMatching(/^first-person both/)]);
});

test.each(['slow I/O here', 'for i = 0', 'the enemy of mist', 'Part I: beans', 'a my-site name'])(
  'first person is not found in "%s"',
  (text) => {
    expect(flagsOf(prose(text))).toEqual([]);
  },
);

test('code does not speak in the first person', () => {
  const rawHtml = `<pre><code>my $x = I;</code></pre><p>Use <CODE>my</CODE>. ${'w'.repeat(1300)}</p>`;
  const markdown = `\`\`\`\nmy $x = I;\n\`\`\`\n\nUse \`my\` or \`\` I \` \`\`. ${'w'.repeat(1300)}`;
  expect(flagsOf({ rawHtml, markdown })).toEqual([]);
  expect(proseOfHtml('a<code>b</code>c<pre>d')).toBe('a </code>c ');
  expect(proseOfMarkdown('a `b` c ``d`` `e')).toBe('a   c   `e');
});

test.each([
  'as mentioned there',
  'as Tom already said',
  'on Stack Exchange',
  'the accepted answer',
  "in Tom's answer",
  'the answer above',
  'see the other answers',
  'asked in the comments',
  '@tom is right',
  'got upvotes',
])('a cross-reference is found in "%s"', (text) => {
  expect(flagsOf(prose(text))).toEqual([expect.stringMatching(/^cross-reference both/)]);
});

test.each(['let’s answer that', 'mail tom@example.org', 'the answer is no', 'as expected'])(
  'a cross-reference is not found in "%s"',
  (text) => {
    expect(flagsOf(prose(text))).toEqual([]);
  },
);

test('an address that cleaning removed is flagged on the raw text only', () => {
  const rawHtml = `<a href="https://tea.stackexchange.com/q/1">tea</a>${'w'.repeat(1300)}`;
  expect(flagsOf({ rawHtml })).toEqual([
    'cross-reference raw: the raw HTML has "stackexchange" (once in all)',
  ]);
});

test.each([
  ['How do I descale this?', 'it points at the body with "this"'],
  ['Filter upside down', 'it does not end with a question mark'],
  ['What now?', 'it has 2 words, fewer than 5'],
  ['How is tea made without caffeine?', undefined],
  ['怎样在家里做好喝的绿茶？', undefined],
  ['お茶？', 'it has 1 word, fewer than 5'],
  ['كيف أصنع الشاي الأخضر في البيت؟', undefined],
  ['Who said "how is tea made?"', undefined],
  ['How do you say “is the tea hot?”', undefined],
])('the title "%s" is judged by whether it stands alone', (title, problem) => {
  expect(titleProblem(title)).toBe(problem);
});

test.each([
  ['See https://example.org/tea.', 'https://example.org/tea.'],
  ['It is at www.example.org/tea now', 'www.example.org/tea'],
])('an address that is left in the answer is found in "%s"', (text, url) => {
  const markdown = `${text} ${'w'.repeat(1300)}`;
  expect(flagsOf({ markdown })).toEqual([
    `bare-url cleaned: the answer has "${url}" (once in all)`,
  ]);
});

test('an address in code or behind the text of a link is no bare one', () => {
  const rawHtml = `<p><a href="https://example.org">tea</a> ${'w'.repeat(1300)}</p>`;
  expect(flagsOf({ rawHtml, markdown: `tea \`curl https://x.org\` ${'w'.repeat(1300)}` })).toEqual(
    [],
  );
});

// In lower case İ takes two places where it took one.
test('letters that grow in lower case move no code into the prose', () => {
  const html = `${'İ'.repeat(60)}<code>my $x</code><p>Tea.</p>`;
  expect(proseOfHtml(html)).toBe(`${'İ'.repeat(60)} </code><p>Tea.</p>`);
  expect(measureHtml(html).firstPerson.times).toBe(0);
});

test('hostile text does not take quadratic time', () => {
  const before = process.cpuUsage();
  for (const piece of ['<code ', '`', '` `` ', '<', 'as ', "a'", '@', 'I '])
    flags({ rawHtml: piece.repeat(100_000), markdown: piece.repeat(100_000) });
  expect(process.cpuUsage(before).user).toBeLessThan(10_000_000);
});

test('whether a title stands alone is what titleProblem says, without the words', () => {
  const titles = [
    'Why is the sky blue today?',
    'Why is it?',
    'What does this thing do here?',
    'How to fold it well',
  ];
  expect(titles.map(standsAlone)).toEqual([true, false, false, false]);
  expect(titles.map((title) => titleProblem(title) === undefined)).toEqual(titles.map(standsAlone));
});
