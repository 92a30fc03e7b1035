import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { htmlToMarkdown } from './html-to-markdown.ts';

test.each([
  [
    'emphasis binds without inner spaces',
    '<p>a<b> bold </b>b <i></i><em>c</em></p>',
    'a **bold** b *c*',
  ],
  [
    'links and images',
    '<p>See <a href="/x">the <i>page</i></a><img src="x" alt="y">.</p>',
    'See the *page*.',
  ],
  ['entities', '<p>1 &lt; 2 &amp;&nbsp;3 &hellip; &#x1F9ED;</p>', '1 < 2 & 3 … 🧭'],
  [
    'a tag the author wrote as text',
    '<p>Use &lt;div class="a"&gt; or `&lt;`</p>',
    'Use \\<div class="a"> or `<`',
  ],
  [
    'TeX and names',
    '<p>$a_1 * b_2 &lt; c$ in snake_case_name [x]</p>',
    '$a_1 * b_2 < c$ in snake_case_name [x]',
  ],
  ['inline code', '<p><code>a  &lt;b&gt;</code> <code>`x`</code></p>', '`a <b>` `` `x` ``'],
  [
    'text that would start a block',
    '<p># 1</p><p>1. x</p><p>- y<br>+z</p>',
    '\\# 1\n\n1\\. x\n\n\\- y\n+z',
  ],
  ['headings', '<h1>One</h1><h3>Three <em>x</em></h3>', '# One\n\n### Three *x*'],
  [
    'scripts of every kind',
    'x<sup>2</sup> H<sub>2</sub>O 2<sup>k</sup> <sup>a note</sup>',
    'x² H₂O 2^k a note',
  ],
  ['emphasis over blocks', '<b><p>a</p><p>b</p></b>', '**a**\n\n**b**'],
  ['a rule and a break', '<p>a<br/>b</p><hr>c', 'a\nb\n\n---\n\nc'],
  ['control characters', 'a\0b&#1;c\x1b d', 'abc d'],
  ['scripts and styles', 'a<script>alert("<p>")</script><style>p{}</style>b', 'ab'],
  ['tags split by empty ones', '&lt;i<b></b>mg src=x&gt;', '\\<img src=x>'],
])('HTML becomes Markdown: %s', (_name, html, markdown) => {
  expect(htmlToMarkdown(html)).toBe(markdown);
});

test.each([
  ['10<sup>1.5</sup>', '10^1.5'],
  ['10<sup>1.5</sup>.', '10^1.5.'],
  ['10<sup>1.5</sup>m', '10^(1.5)m'],
  ['2<sup>k</sup>n and 2<sup>k</sup>, n', '2^(k)n and 2^k, n'],
  ['10<sup>−3</sup> 10<sup>–3</sup> 10<sup>-3</sup>', '10⁻³ 10⁻³ 10⁻³'],
  ['10<sup>-1.5</sup>', '10^(-1.5)'],
  ['x<sup>k+1</sup>', 'x^(k+1)'],
  ['x<sup>n + 1</sup>', 'x^(n + 1)'],
  ['2<sup>2<sup>3</sup></sup>', '2^(2³)'],
  ['a<sub>i<sub>k</sub></sub>', 'a_(i_(k))'],
  ['5<sup>th</sup>, n<sup>th</sup>, 1<sup>st</sup>, x<sup>st</sup>', '5th, nth, 1st, x^st'],
  ['a<sub>i,j</sub>', 'a_(i,j)'],
  ['<i>x</i><sub>max</sub>', '*x*_max'],
  ['SO<sub>4</sub><sup>2−</sup>', 'SO₄²⁻'],
  ['1<sup>1</sup>/<sub>2</sub>', '1¹/₂'],
  ['Tea<sup>TM</sup>, Tea<sup>®</sup>', 'Tea™, Tea®'],
  ['so<sup>[1]</sup> <sub>a small note.</sub>', 'so[1] a small note.'],
  ['<code>10<sup>3</sup> 2<sup>k</sup></code>', '`10³ 2^(k)`'],
  ['<pre>10<sup>1.5</sup></pre>', '```\n10^(1.5)\n```'],
  ['<table><tr><td>10<sup>k<td>b</td></tr></table>', '| 10^k | b |\n| --- | --- |'],
])('what is raised or lowered keeps its meaning: %s', (html, markdown) => {
  expect(htmlToMarkdown(html)).toBe(markdown);
});

test.each([
  ['$a&lt;b$ and $c&gt;d$', '$a<b$ and $c>d$'],
  ['$$a&lt;b, c&gt;d$$', '$$a<b, c>d$$'],
  [String.raw`\(a&lt;b&gt;c\) \[a&lt;b&gt;c\]`, String.raw`\(a<b>c\) \[a<b>c\]`],
  ['$a&lt;b$ <code>x</code>', '$a<b$ `x`'],
  ['costs $5 &lt;b&gt; or $6', String.raw`costs $5 \<b> or $6`],
])('a formula is never escaped: %s', (html, markdown) => {
  expect(htmlToMarkdown(html)).toBe(markdown);
});

test.each([
  ['a fence', '<p>```js</p><p>~~~</p>', '\\`\\`\\`js\n\n\\~~~'],
  ['no fence', '<p><code>`` x</code> y</p>', '``` `` x ``` y'],
  ['a number', '<p>1)</p><p>2) a</p><p>3.</p>', '1\\)\n\n2\\) a\n\n3\\.'],
  ['an underline', '<p>a<br>-</p>', 'a\n\\-'],
  ['a table', '<p>a | b<br>--- | ---</p>', 'a | b\n\\--- | ---'],
  ['a reference', '<p>[1]: x</p>', '\\[1]: x'],
  ['a block of HTML', '<p>&lt;div</p>', '\\<div'],
])('words at the start of a line stay words where they look like %s', (_name, html, markdown) => {
  expect(htmlToMarkdown(html)).toBe(markdown);
});

const list = (name: string, ...items: string[]) =>
  `<${name}>${items.map((item) => `<li>${item}</li>`).join('')}</${name.slice(0, 2)}>`;

test('a list does not go on with the one before it, nor a number with a paragraph', () => {
  expect(htmlToMarkdown(list('ul', 'a') + list('ul', 'b') + list('ul', 'c'))).toBe(
    '- a\n\n* b\n\n- c',
  );
  expect(htmlToMarkdown(list('ol', 'a') + list('ol', 'b', 'c') + list('ul', 'd'))).toBe(
    '1. a\n\n1) b\n2) c\n\n- d',
  );
  expect(htmlToMarkdown(list('ul', `t${list('ol start="3"', 'x', 'y')}`, 'z'))).toBe(
    '- t\n\n  3. x\n  4. y\n- z',
  );
});

test('lists nest, keep their numbers and carry code', () => {
  const html =
    '<p>Steps:</p><ol start="3"><li>boil<ul><li>fast</li><li>slow</li></ul></li>' +
    '<li><p>pour</p><pre class="lang-py s-code"><code>if hot:\n\n    pour()\n</code></pre></li></ol><p>End</p>';
  expect(htmlToMarkdown(html)).toBe(
    [
      'Steps:',
      '',
      '3. boil',
      '   - fast',
      '   - slow',
      '',
      '4. pour',
      '',
      '   ```py',
      '   if hot:',
      '',
      '       pour()',
      '   ```',
      '',
      'End',
    ].join('\n'),
  );
});

const fencedCode = (language: string) =>
  `\`\`\`\`${language}\na < b && c;\n\`\`\`\n\tx  y\n\`\`\`\``;

test('code is kept to the letter, its fence is longer than any run inside, its language is hinted', () => {
  const code = 'a &lt; b &amp;&amp; c;\n```\n<span>\tx  y</span>';
  const pre = `<pre><code>${code}</code></pre>`;
  expect(htmlToMarkdown(pre)).toBe(fencedCode(''));
  expect(htmlToMarkdown(`<!-- language: lang-js -->\n${pre}`)).toBe(fencedCode('js'));
  expect(htmlToMarkdown(pre.replace('<code>', '<code class="language-c++">'))).toBe(
    fencedCode('c++'),
  );
});

test('quotes keep their paragraphs and do not run into what follows', () => {
  const html = '<blockquote><p>a</p><ul><li>b</li></ul></blockquote><blockquote>c</blockquote>d';
  expect(htmlToMarkdown(html)).toBe('> a\n>\n> - b\n\n> c\n\nd');
});

test('a table with one wide row grows no more than its text', () => {
  const wide = `<tr>${'<td>x'.repeat(2000)}</tr>`;
  const markdown = htmlToMarkdown(`<table>${wide}${'<tr><td>y'.repeat(2000)}</table>`);
  expect(markdown.length).toBeLessThan(40_000);
  expect(markdown.split('\n').slice(2, 4)).toEqual(['| y |', '| y |']);
});

test('a table becomes a pipe table, one of a single column plain lines', () => {
  const html =
    '<table><thead><tr><th>Bean</th><th>g</th></tr></thead><tbody><tr><td>a|<p>b</p></td><td><b>9</b></td></tr><tr><td>c</td></tr></tbody></table>';
  expect(htmlToMarkdown(html)).toBe('| Bean | g |\n| --- | --- |\n| a\\| b | **9** |\n| c |  |');
  expect(htmlToMarkdown('<table><tr><td>x</td></tr><tr><td>y</td></tr></table>z')).toBe(
    'x\ny\n\nz',
  );
});

test('unclosed and crossed tags lose no text', () => {
  const html = '<ul><li>a<li>b <code>c</ul><p>d <b>e <i>f</b> g</i> <pre>h';
  const markdown = htmlToMarkdown(html);
  for (const letter of 'abcdefgh') expect(markdown).toContain(letter);
});

test('deep nesting of any tag takes neither the stack nor quadratic time', () => {
  const tags = [
    'div',
    'ul',
    'ol',
    'li',
    'blockquote',
    'b',
    'code',
    'pre',
    'table',
    'td',
    'sup',
    'a',
  ];
  for (const tag of tags) {
    const html = `<${tag}>`.repeat(50_000) + 'core' + `</${tag}>`.repeat(50_000);
    const before = process.cpuUsage();
    expect(htmlToMarkdown(html)).toContain('core');
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
  }
});

const tagName = fc.constantFrom(
  ...'p b i em ul ol li blockquote table tr td th h2 a br img sup sub div span hr s'.split(' '),
);
const piece = fc.oneof(
  tagName.map((name) => `<${name}>`),
  tagName.map((name) => `</${name}>`),
  fc.constantFrom('&lt;', '&gt;', '&amp;', '&quot;', '\\', '"', ' ', '\n', '=', '/', 'a', 'img'),
  fc.string({ maxLength: 5 }),
);
const anyHtml = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

test.each([
  '&lt;$',
  '\\(&lt;',
  '\\[&lt;',
  'x<sup>k</sup>',
  '<sup>x',
  '<br>|-',
  '<br>_ ',
  '<ul><li>x</ul>',
])('hostile text takes no quadratic time: %s', (piece) => {
  const before = process.cpuUsage();
  htmlToMarkdown(piece.repeat(50_000));
  htmlToMarkdown(`<pre>${piece.repeat(50_000)}`);
  htmlToMarkdown(`|${'-'.repeat(200_000)}x`);
  expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
});

test('no HTML tag is left, whatever the input is made of', () => {
  fc.assert(
    fc.property(anyHtml, (html) => {
      // What stands between dollars is a formula, and no renderer looks for tags in it.
      const markdown = htmlToMarkdown(html.replaceAll('$', ''));
      const isEscaped = (at: number) =>
        (/\\*$/.exec(markdown.slice(0, at))?.[0].length ?? 0) % 2 === 1;
      const tags = [...markdown.matchAll(/<\/?[a-zA-Z][^<>\n]*>/g)];
      expect(tags.filter((tag) => !isEscaped(tag.index)).map((tag) => tag[0])).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test('every word of the text survives, in order', () => {
  const word = fc.stringMatching(/^[a-z]{3,8}$/);
  const structure = fc.constantFrom(
    '<p>',
    '</p>',
    '<li>',
    '</ul>',
    '<ul>',
    '<b>',
    '</b>',
    '<td>',
    '<table>',
    '</table>',
    '<blockquote>',
    '</blockquote>',
    '<a href="x">',
    '</a>',
    '<i>',
    '</i>',
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(word, structure)), (tagged) => {
      const html = tagged.map(([text, tag]) => `${text} ${tag}`).join('');
      const words = htmlToMarkdown(html).match(/[a-z]{3,8}/g) ?? [];
      expect(words).toEqual(tagged.map(([text]) => text));
    }),
    { numRuns: 1000 },
  );
});
