import { Parser } from 'htmlparser2';
import { describe, expect, it } from 'vitest';
import { composeReport } from './compose-report.ts';
import { displayText } from '../text/foreign-text.ts';
import { hostileTexts } from './testing/hostile-texts.ts';
import { html } from './html-text.ts';
import { filledFacts, fixtureFacts, fixtureVerdicts } from './testing/report-fixture.ts';
import { reportToHtml } from './report-html.ts';

interface Page {
  /** Every tag in order, with the names of its attributes. */
  structure: string[];
  attributes: string[];
  /** The text of every element with class "text". */
  texts: string[];
}

function parsePage(source: string): Page {
  const page: Page = { structure: [], attributes: [], texts: [] };
  const open: boolean[] = [];
  const parser = new Parser({
    onopentag(name, attributes) {
      page.structure.push(`${name} ${Object.keys(attributes).join(' ')}`);
      page.attributes.push(...Object.values(attributes));
      const isText = attributes['class'] === 'text';
      open.push(isText);
      if (isText) page.texts.push('');
    },
    onclosetag() {
      open.pop();
    },
    ontext(data) {
      if (open.at(-1) === true) page.texts.push((page.texts.pop() ?? '') + data);
    },
    oncomment: (data) => page.structure.push(`comment ${data}`),
  });
  parser.end(source);
  return page;
}

function withoutWarnings(tags: string[]): string[] {
  return tags.filter((tag) => tag !== 'li ');
}

const verdicts = ['a', 'tie', null] as const;
const benign = parsePage(reportToHtml(composeReport(filledFacts(verdicts, 'harmless words'))));

describe('reportToHtml', () => {
  it.each(hostileTexts)('keeps the structure of the page with %j in every field', (hostile) => {
    const page = parsePage(reportToHtml(composeReport(filledFacts(verdicts, hostile))));
    expect(withoutWarnings(page.structure)).toEqual(withoutWarnings(benign.structure));
    const shown = displayText(hostile);
    expect(page.texts).toEqual(verdicts.flatMap(() => [shown, shown, `${displayText(hostile)}.`]));
  });

  it('neither runs nor loads anything', () => {
    const source = reportToHtml(composeReport(fixtureFacts(fixtureVerdicts(3, 1, 1))));
    const { structure, attributes } = parsePage(source);
    const tags = structure.map((tag) => tag.split(' ')[0] ?? '');
    expect(tags).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(script|link|img|iframe|a|form|object)$/)]),
    );
    const names = structure.flatMap((tag) => tag.split(' ').slice(1));
    expect(names.filter((name) => /^(on.*|href|src|style)$/.test(name))).toEqual([]);
    expect(source).not.toMatch(/https?:|url\(|@import/);
    expect(attributes).toContain(
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    );
    const policyAt = source.indexOf('Content-Security-Policy');
    expect(policyAt).toBeLessThan(source.indexOf('<style'));
  });

  it('has a dark and a light form', () => {
    expect(reportToHtml(composeReport(fixtureFacts([])))).toContain('prefers-color-scheme: dark');
  });

  it('draws segments and whisker where the numbers are', () => {
    const source = reportToHtml(composeReport(fixtureFacts(fixtureVerdicts(54, 75, 171))));
    const width = (outcome: string) =>
      Number(new RegExp(`<rect\\s+class="${outcome}"[^>]*\\swidth="([\\d.]+)"`).exec(source)?.[1]);
    expect(width('win') / width('lose')).toBeCloseTo(54 / 171, 3);
    expect(width('win') + width('tie') + width('lose')).toBeCloseTo(624, 1);
    const centre = Number(/<circle[^>]*\scx="([\d.]+)"/.exec(source)?.[1]);
    expect((centre - 8) / 624).toBeCloseTo(0.305, 4);
  });

  it('draws no bar and no table of shares before the first vote', () => {
    const source = reportToHtml(composeReport(fixtureFacts([null])));
    expect(source).not.toContain('<svg');
    expect(source).toContain('No comparison has been judged yet.');
  });

  it('shows the system turn of a prompt, and previews the question instead of it', () => {
    const facts = fixtureFacts(['a']);
    const [item] = facts.items;
    item?.prompt.unshift({ role: 'system', content: 'Be brief.' });
    const source = reportToHtml(composeReport(facts));
    expect(source).toContain('Prompt, system');
    expect(source).toMatch(/class="preview"[^>]*>Question 0\?</);
  });
});

describe('html', () => {
  it('escapes text in attributes and content, and never markup twice', () => {
    const inner = html`<b title="${'"\'`<&>'}">${'<i>'}</b>`;
    expect(html`<p>${[inner, 'a & b', 3]}</p>`.toString()).toBe(
      '<p><b title="&quot;&#39;&#96;&lt;&amp;&gt;">&lt;i&gt;</b>a &amp; b3</p>',
    );
  });
});
