import { describe, expect, it } from 'vitest';
import { evaluationReportSchema } from '../domain/report/evaluation-report.ts';
import { composeReport } from './compose-report.ts';
import { formatP, formatPercent, formatTime } from '../text/numbers.ts';
import { fixtureFacts, fixtureVerdicts } from './testing/report-fixture.ts';
import { reportToHtml } from './report-html.ts';
import { reportToJson } from './report-json.ts';
import { reportToMarkdown } from './report-markdown.ts';

/** The cells of the table row that starts with this label, in either text form. */
function cells(text: string, label: string): string[] {
  const markdown = new RegExp(`^\\| ${label} \\|(.*)\\|$`, 'm').exec(text)?.[1];
  if (markdown !== undefined)
    return markdown.split(' | ').map((cell) => cell.replaceAll('\\', '').trim());
  const row = new RegExp(`<th scope="row">${label}</th>(.*?)</tr>`, 's').exec(text)?.[1] ?? '';
  return Array.from(row.matchAll(/<td[^>]*>(.*?)<\/td>/gs), (match) => match[1] ?? '');
}

describe('the three forms of a report', () => {
  const report = composeReport(fixtureFacts(fixtureVerdicts(54, 75, 171)));
  const json = evaluationReportSchema.parse(JSON.parse(reportToJson(report)));
  const forms = [
    ['Markdown', reportToMarkdown(report)],
    ['HTML', reportToHtml(report)],
  ] as const;

  it.each(forms)('%s gives the shares and intervals of the JSON', (_form, text) => {
    const { statistics } = json;
    for (const [label, estimate] of [
      ['Win', statistics?.winRate],
      ['Tie', statistics?.tieRate],
      ['Lose', statistics?.loseRate],
      ['Win \\+ ½ tie', statistics?.winPlusHalfTie],
      ['Win \\+ tie', statistics?.winPlusTie],
    ] as const) {
      const [value = '', interval = ''] = cells(text, label);
      expect(Number.parseFloat(value)).toBeCloseTo((estimate?.value ?? -1) * 100, 1);
      const limits = interval.replace(/[[\]]/g, '').split(',').map(Number);
      expect(limits[0]).toBeCloseTo((estimate?.lower ?? -1) * 100, 1);
      expect(limits[1]).toBeCloseTo((estimate?.upper ?? -1) * 100, 1);
    }
  });

  it.each(forms)('%s shows LIMA against GPT-4 as the paper’s figures do', (_form, text) => {
    expect(cells(text, 'Win \\+ tie').slice(0, 2)).toEqual(['43.0\u00a0%', '[37.5, 48.7]']);
    expect(cells(text, 'Win \\+ ½ tie').slice(0, 2)).toEqual(['30.5\u00a0%', '[26.1, 34.9]']);
    expect(cells(text, 'Sign test')[0]).toBe('p = 2.4e-15');
    expect(cells(text, 'Winning score')[0]).toBe('0.61');
    expect(text).toContain('B is preferred (exact sign test p = 2.4e-15).');
  });

  it('puts win + tie beside the measures that do not flatter', () => {
    for (const [, text] of forms) {
      const order = ['Win + ½ tie', 'Win + tie', 'Sign test'].map((label) => text.indexOf(label));
      expect(order.every((position) => position > 0)).toBe(true);
      expect(cells(text, 'Win \\+ tie')[2]).toContain('flatters the weaker system');
    }
  });

  it('says when a difference is not significant', () => {
    const bard = composeReport(fixtureFacts(fixtureVerdicts(99, 75, 126)));
    for (const text of [reportToMarkdown(bard), reportToHtml(bard)])
      expect(text).toContain('The difference is not significant (exact sign test p = 0.083).');
  });
});

describe('the formats', () => {
  it('round a share to one decimal, and show no p as zero', () => {
    expect(formatPercent(0.4305)).toBe('43.0\u00a0%');
    expect([0, 2.365e-15, 0.00051, 0.0911, 0.996, 1].map(formatP)).toEqual([
      'below 1e-300',
      '2.4e-15',
      '5.1e-4',
      '0.091',
      '1',
      '1',
    ]);
    expect(formatTime(Number.MAX_VALUE)).toContain('ms');
  });
});
