import type { Flag, FlagRule } from '../domain/sample.ts';
import { formatCount } from '../text/numbers.ts';

/** A limit of a curation rule, with where the number comes from. */
export interface RuleThreshold {
  value: number;
  source: string;
}

const lima = 'LIMA (Zhou et al. 2023, arXiv 2305.11206), section 2.1';

/** Every number the rules use. */
export const ruleThresholds = {
  minAnswerScore: { value: 10, source: lima },
  minAnswerCharacters: { value: 1200, source: lima },
  maxAnswerCharacters: { value: 4096, source: lima },
  minTitleWords: {
    value: 5,
    source: 'ours: LIMA asks for titles that need no body, and gives no measure',
  },
} as const satisfies Record<string, RuleThreshold>;

/** What the rules look at: the HTML of an answer as it was written, and what it became. */
export interface CommunityAnswer {
  title: string;
  answerScore: number;
  rawHtml: string;
  markdown: string;
}

/**
 * LIMA's rules for Stack Exchange as findings. Text rules are measured on the raw HTML and on the
 * cleaned Markdown, since the released examples show that the two disagree.
 */
export function communityFlags(answer: CommunityAnswer): Flag[] {
  const raw = { html: answer.rawHtml, prose: proseOfHtml(answer.rawHtml) };
  const cleaned = { text: answer.markdown, prose: proseOfMarkdown(answer.markdown) };
  const flags = [
    scoreFlag(answer.answerScore),
    lengthFlag(raw.html.length, cleaned.text.length, 'short'),
    lengthFlag(raw.html.length, cleaned.text.length, 'long'),
    wordsFlag('first-person', firstPerson, raw.prose, cleaned.prose),
    wordsFlag('cross-reference', crossReference, raw.prose, cleaned.prose),
    titleFlag(answer.title),
  ];
  return flags.filter((flag) => flag !== undefined);
}

/**
 * Why a title cannot stand alone as a prompt, or `undefined` when it can: it must end with a
 * question mark, have at least `minTitleWords` words, and not point at the body ("this", "below").
 */
export function titleProblem(title: string): string | undefined {
  const words = title.split(/\s+/).filter((word) => word !== '').length;
  const minimum = ruleThresholds.minTitleWords.value;
  if (!title.trim().endsWith('?')) return 'it does not end with a question mark';
  if (words < minimum) return `it has ${words} words, fewer than ${minimum}`;
  const pointer = /\b(?:this|these|those|following|below)\b/i.exec(title)?.[0];
  return pointer && `it points at the body with "${pointer}"`;
}

/** Text outside of code blocks and inline code, of HTML; attributes and tags stay. */
export function proseOfHtml(html: string): string {
  const lowered = html.toLowerCase();
  let prose = '';
  let at = 0;
  for (const match of lowered.matchAll(/<(?:pre|code)\b/g)) {
    if (match.index < at) continue;
    const end = lowered.indexOf(`</${match[0].slice(1)}`, match.index);
    prose += `${html.slice(at, match.index)} `;
    at = end === -1 ? html.length : end;
  }
  return prose + html.slice(at);
}

/** Text outside of fenced code and inline code, of Markdown as `htmlToMarkdown` writes it. */
export function proseOfMarkdown(markdown: string): string {
  const prose: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split('\n')) {
    const mark = /^[\s>\d.-]*(`{3,})[^`]*$/.exec(line)?.[1];
    if (fence === undefined && mark) fence = mark;
    else if (fence !== undefined && mark === fence) fence = undefined;
    else if (fence === undefined) prose.push(withoutInlineCode(line));
  }
  return prose.join('\n');
}

function withoutInlineCode(line: string): string {
  const runs = [...line.matchAll(/`+/g)];
  let prose = '';
  let at = 0;
  for (const [index, run] of runs.entries()) {
    if (run.index < at) continue;
    const close = nextOfSameLength(runs, index);
    if (!close) continue;
    prose += `${line.slice(at, run.index)} `;
    at = close.index + close[0].length;
  }
  return prose + line.slice(at);
}

function nextOfSameLength(runs: readonly RegExpExecArray[], index: number) {
  const length = runs[index]?.[0].length;
  for (let next = index + 1; next < runs.length; next++)
    if (runs[next]?.[0].length === length) return runs[next];
  return undefined;
}

// LIMA names "I" and "my". Not meant are I/O and "Part I:"; "World War I" is taken for a person.
const firstPerson =
  /(?<![\w/&.-])(?:I(?:['’](?:m|ve|d|ll))?(?![\w/.:)-])|(?:my|mine|myself|me)(?![\w-]))/gi;
const crossReference = new RegExp(
  [
    String.raw`\bas (?:\S+ ){0,2}(?:mentioned|noted|stated|pointed out|said|explained)\b`,
    String.raw`\b(?:mentioned|stated|noted) (?:above|earlier|before|by)\b`,
    String.raw`\bstack ?(?:exchange|overflow)\b`,
    String.raw`\b(?:other|previous|accepted|earlier|above|existing|another) (?:\w+ )?(?:answers?|answerers?|posts?|repl(?:y|ies))\b`,
    String.raw`(?<=\w)(?<!\b(?:let|here|there|that|it|what|who|how|everyone|today))['’]s? (?:answer|comment|reply)\b`,
    String.raw`\b(?:answers?|comments?) (?:above|below|by|here)\b`,
    String.raw`\bin (?:the|your|a) comments?\b`,
    String.raw`\b(?:up|down)-?vot(?:e|ed|es|ing)\b`,
    String.raw`(?<![\w.@])@[A-Za-z]\w+`,
  ].join('|'),
  'gi',
);

function scoreFlag(score: number): Flag | undefined {
  const minimum = ruleThresholds.minAnswerScore.value;
  if (score >= minimum) return undefined;
  const reason = `the answer's score is ${score}, below ${minimum}`;
  return { rule: 'answer-score-low', scope: 'both', reason };
}

function lengthFlag(raw: number, cleaned: number, limit: 'short' | 'long'): Flag | undefined {
  const { minAnswerCharacters, maxAnswerCharacters } = ruleThresholds;
  const threshold = limit === 'short' ? minAnswerCharacters.value : maxAnswerCharacters.value;
  const isBeyond = (length: number) =>
    limit === 'short' ? length < threshold : length > threshold;
  const scope = scopeOf(isBeyond(raw), isBeyond(cleaned));
  if (!scope) return undefined;
  const side = limit === 'short' ? 'below' : 'above';
  const lengths = { raw: rawLength(raw), cleaned: cleanedLength(cleaned) };
  const measured = scope === 'both' ? `${lengths.raw} and ${lengths.cleaned}` : lengths[scope];
  const reason = `the answer has ${measured}, ${side} ${formatCount(threshold)}`;
  return { rule: limit === 'short' ? 'answer-too-short' : 'answer-too-long', scope, reason };
}

function wordsFlag(rule: FlagRule, words: RegExp, raw: string, cleaned: string): Flag | undefined {
  const found = { raw: findWords(raw, words), cleaned: findWords(cleaned, words) };
  const scope = scopeOf(found.raw.length > 0, found.cleaned.length > 0);
  if (!scope) return undefined;
  const shown = scope === 'raw' ? found.raw : found.cleaned;
  const examples = [...new Set(shown)].slice(0, 4).map((word) => `"${word}"`);
  const times = shown.length === 1 ? 'once' : `${shown.length} times`;
  const where = scope === 'raw' ? 'the raw HTML' : 'the answer';
  return { rule, scope, reason: `${where} has ${examples.join(', ')} (${times} in all)` };
}

function titleFlag(title: string): Flag | undefined {
  const problem = titleProblem(title);
  if (!problem) return undefined;
  const reason = `the title "${title}" does not stand alone: ${problem}`;
  return { rule: 'title-not-self-contained', scope: 'both', reason };
}

function findWords(prose: string, words: RegExp): string[] {
  // A lone "i" in lower case is a variable or a list mark, not a person.
  return (prose.match(words) ?? []).filter((word) => word !== 'i');
}

function scopeOf(isRaw: boolean, isCleaned: boolean): Flag['scope'] | undefined {
  if (isRaw && isCleaned) return 'both';
  if (isRaw) return 'raw';
  return isCleaned ? 'cleaned' : undefined;
}

const rawLength = (length: number) => `${formatCount(length)} characters of HTML`;
const cleanedLength = (length: number) => `${formatCount(length)} characters when cleaned`;
