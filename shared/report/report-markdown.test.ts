import { Parser } from 'htmlparser2';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import Markdown from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { describe, expect, it } from 'vitest';
import { composeReport } from './compose-report.ts';
import { displayLine, displayText } from '../text/foreign-text.ts';
import { hostileTexts } from './testing/hostile-texts.ts';
import { fencedMarkdown, inlineMarkdown, reportToMarkdown } from './report-markdown.ts';
import { filledFacts } from './testing/report-fixture.ts';

/** What a GitHub-flavoured Markdown reader makes of it: tags in order (but for inline code), and
 * the texts of code blocks. */
function readMarkdown(source: string) {
  const page = { tags: [] as string[], code: [] as string[], text: '' };
  const rendered = renderToStaticMarkup(
    createElement(Markdown, { remarkPlugins: [remarkGfm] }, source),
  );
  let inBlock = false;
  const parser = new Parser({
    onopentag(name) {
      if (name !== 'code') page.tags.push(name);
      if (name !== 'pre') return;
      inBlock = true;
      page.code.push('');
    },
    onclosetag(name) {
      if (name === 'pre') inBlock = false;
    },
    ontext(data) {
      if (inBlock) page.code.push((page.code.pop() ?? '') + data);
      else page.text += data;
    },
  });
  parser.end(rendered);
  return page;
}

function withoutWarnings(tags: string[]): string[] {
  return tags.filter((tag) => tag !== 'li');
}

const verdicts = ['a', 'tie', null] as const;
const benign = readMarkdown(
  reportToMarkdown(composeReport(filledFacts(verdicts, 'harmless words'))),
);

describe('reportToMarkdown', () => {
  it.each(hostileTexts)('keeps the structure of the report with %j in every field', (hostile) => {
    const page = readMarkdown(reportToMarkdown(composeReport(filledFacts(verdicts, hostile))));
    expect(withoutWarnings(page.tags)).toEqual(withoutWarnings(benign.tags));
    const shown = displayText(hostile);
    expect(page.code.map((code) => code.replace(/\n$/, ''))).toEqual(
      verdicts.flatMap(() => [shown, shown, `${shown}.`]),
    );
  });

  it.each(hostileTexts)('shows %j in a sentence letter for letter', (hostile) => {
    const page = readMarkdown(`Before ${inlineMarkdown(hostile)} after`);
    expect(page.tags).toEqual(['p']);
    expect(displayLine(page.text)).toBe(displayLine(`Before ${hostile} after`));
  });

  it('makes a fence longer than any in the text', () => {
    expect(fencedMarkdown('a ````` b')).toBe('``````text\na ````` b\n``````');
    expect(fencedMarkdown('plain')).toBe('```text\nplain\n```');
  });
});
