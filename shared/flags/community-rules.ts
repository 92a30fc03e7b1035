import type { AnswerHtml, Flag, FlagRule, FoundWords } from '../domain/sample.ts';
import { ruleThresholds } from '../domain/rule-thresholds.ts';
import { formatCount, formatQuantity } from '../text/numbers.ts';

const mostExamples = 4;

/** What the rules look at: an answer with what they found in the HTML that it was made of. */
export interface CommunityAnswer {
  title: string;
  answerScore: number;
  markdown: string;
  /** `undefined` for words that a person wrote: there is no HTML of them. */
  html: AnswerHtml | undefined;
}

/** The rules that measure the words of an answer. */
export const answerRules: ReadonlySet<FlagRule> = new Set([
  'answer-too-short',
  'answer-too-long',
  'first-person',
  'cross-reference',
  'bare-url',
]);

/** Every rule for answers of a community. */
export const communityRules: ReadonlySet<FlagRule> = new Set([
  ...answerRules,
  'answer-score-low',
  'title-not-self-contained',
]);

/** What the rules have to know of the HTML of an answer, which is not kept. */
export function measureHtml(html: string): AnswerHtml {
  const prose = proseOfHtml(html);
  return {
    characters: html.length,
    firstPerson: findWords(prose, firstPerson),
    crossReference: findWords(prose, crossReference),
  };
}

/**
 * LIMA's rules for Stack Exchange as findings. Text rules are measured on the raw HTML and on the
 * cleaned Markdown, since the released examples show that the two disagree.
 */
export function communityFlags({ title, answerScore, markdown, html }: CommunityAnswer): Flag[] {
  const prose = proseOfMarkdown(markdown);
  const lengths = { raw: html?.characters, cleaned: markdown.length };
  const flags = [
    scoreFlag(answerScore),
    lengthFlag(lengths, 'short'),
    lengthFlag(lengths, 'long'),
    wordsFlag('first-person', html?.firstPerson, findWords(prose, firstPerson)),
    wordsFlag('cross-reference', html?.crossReference, findWords(prose, crossReference)),
    wordsFlag('bare-url', undefined, findWords(prose, bareUrl)),
    titleFlag(title),
  ];
  return flags.filter((flag) => flag !== undefined);
}

/**
 * Why a title cannot stand alone as a prompt, or `undefined` when it can: it must end with a
 * question mark, have at least `minTitleWords` words, and not point at the body ("this", "below").
 */
export function titleProblem(title: string): string | undefined {
  if (!questionEnd.test(title)) return 'it does not end with a question mark';
  const words = countWords(title);
  const minimum = ruleThresholds.minTitleWords.value;
  if (words < minimum) return `it has ${formatQuantity(words, 'word')}, fewer than ${minimum}`;
  const found = pointer.exec(title)?.[0];
  return found && `it points at the body with "${found}"`;
}

/** Whether a title can stand alone as a prompt: the same question without the words, which take time. */
export const standsAlone = (title: string): boolean =>
  questionEnd.test(title) &&
  countWords(title) >= ruleThresholds.minTitleWords.value &&
  !pointer.test(title);

const pointer = /\b(?:this|these|those|following|below)\b/i;

// The marks of Latin, CJK, Arabic, Greek, Armenian and Ethiopic, and what may close after them.
const questionEnd =
  /[?\uff1f\ufe56\u061f\u037e\u055e\u1367\u203d\u2047][\s"'\u201d\u2019\u00bb\u300d\u300f\uff09)\]]*$/;
const unspaced = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]/u;

/** Words between spaces, and those of scripts that put none. */
function countWords(title: string): number {
  if (!unspaced.test(title)) return title.split(/\s+/).filter((word) => word !== '').length;
  const segments = [...new Intl.Segmenter('und', { granularity: 'word' }).segment(title)];
  return segments.filter(({ isWordLike }) => isWordLike).length;
}

/** Text outside of code blocks and inline code, of HTML; attributes and tags stay. */
export function proseOfHtml(html: string): string {
  let prose = '';
  let at = 0;
  let isAfterEnd = false;
  // Upper and lower case of a letter may differ in length: offsets of another text are of no use.
  for (const match of html.matchAll(/<(?:pre|code)\b/gi)) {
    if (match.index < at || isAfterEnd) continue;
    const end = indexOfEnd(html, match[0].slice(1), match.index);
    prose += `${html.slice(at, match.index)} `;
    isAfterEnd = end === -1;
    at = isAfterEnd ? html.length : end;
  }
  return prose + html.slice(at);
}

function indexOfEnd(html: string, name: string, from: number): number {
  const end = new RegExp(`</${name}`, 'gi');
  end.lastIndex = from;
  return end.exec(html)?.index ?? -1;
}

/** Text outside of fenced code and inline code, of Markdown as `htmlToMarkdown` writes it. */
export function proseOfMarkdown(markdown: string): string {
  const prose: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split('\n')) {
    const mark = /^[\s>\d.)*-]*(`{3,})[^`]*$/.exec(line)?.[1];
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
const crossReferences = [
  String.raw`as (?:\S+ ){0,2}(?:mentioned|noted|stated|pointed out|said|explained)\b`,
  String.raw`(?:mentioned|stated|noted) (?:above|earlier|before|by)\b`,
  String.raw`stack ?(?:exchange|overflow)\b`,
  String.raw`(?:other|previous|accepted|earlier|above|existing|another) (?:\w+ )?(?:answers?|answerers?|posts?|repl(?:y|ies))\b`,
  String.raw`(?:answers?|comments?) (?:above|below|by|here)\b`,
  String.raw`in (?:the|your|a) comments?\b`,
  String.raw`(?:up|down)-?vot(?:e|ed|es|ing)\b`,
];
// All words behind one boundary: it is looked for once, where each of them would look for its own.
const crossReference = new RegExp(
  [
    String.raw`\b(?:${crossReferences.join('|')})`,
    String.raw`(?<=\w)(?<!\b(?:let|here|there|that|it|what|who|how|everyone|today))['’]s? (?:answer|comment|reply)\b`,
    String.raw`(?<![\w.@])@[A-Za-z]\w+`,
  ].join('|'),
  'gi',
);

/** Cleaning keeps the text of a link: where that is its address, a reader has nothing to follow. */
const bareUrl = /\b(?:https?|ftp):\/\/[^\s<>)\]]+|\bwww\.[\w-]+\.[^\s<>)\]]+/gi;

function scoreFlag(score: number): Flag | undefined {
  const minimum = ruleThresholds.minAnswerScore.value;
  if (score >= minimum) return undefined;
  const reason = `the answer's score is ${score}, below ${minimum}`;
  return { rule: 'answer-score-low', scope: 'both', reason };
}

function lengthFlag(
  lengths: { raw: number | undefined; cleaned: number },
  limit: 'short' | 'long',
): Flag | undefined {
  const { raw, cleaned } = lengths;
  const { minAnswerCharacters, maxAnswerCharacters } = ruleThresholds;
  const threshold = limit === 'short' ? minAnswerCharacters.value : maxAnswerCharacters.value;
  const isBeyond = (length: number) =>
    limit === 'short' ? length < threshold : length > threshold;
  const scope = scopeOf(raw !== undefined && isBeyond(raw), isBeyond(cleaned));
  if (!scope) return undefined;
  const side = limit === 'short' ? 'below' : 'above';
  const reason = `the answer has ${measured(lengths, scope)}, ${side} ${formatCount(threshold)}`;
  return { rule: limit === 'short' ? 'answer-too-short' : 'answer-too-long', scope, reason };
}

function measured(
  { raw, cleaned }: { raw: number | undefined; cleaned: number },
  scope: Flag['scope'],
): string {
  if (raw === undefined) return formatQuantity(cleaned, 'character');
  const ofHtml = `${formatQuantity(raw, 'character')} of HTML`;
  const whenCleaned = `${formatQuantity(cleaned, 'character')} when cleaned`;
  if (scope === 'both') return `${ofHtml} and ${whenCleaned}`;
  return scope === 'raw' ? ofHtml : whenCleaned;
}

function wordsFlag(
  rule: FlagRule,
  raw: FoundWords | undefined,
  cleaned: FoundWords,
): Flag | undefined {
  const scope = scopeOf((raw?.times ?? 0) > 0, cleaned.times > 0);
  if (!scope) return undefined;
  const shown = scope === 'raw' && raw ? raw : cleaned;
  const examples = shown.words.map((word) => `"${word}"`).join(', ');
  const times = shown.times === 1 ? 'once' : `${shown.times} times`;
  const where = scope === 'raw' ? 'the raw HTML' : 'the answer';
  return { rule, scope, reason: `${where} has ${examples} (${times} in all)` };
}

function titleFlag(title: string): Flag | undefined {
  const problem = titleProblem(title);
  if (!problem) return undefined;
  const reason = `the title "${title}" does not stand alone: ${problem}`;
  return { rule: 'title-not-self-contained', scope: 'both', reason };
}

function findWords(prose: string, words: RegExp): FoundWords {
  // A lone "i" in lower case is a variable or a list mark, not a person.
  const found = (prose.match(words) ?? []).filter((word) => word !== 'i');
  return { times: found.length, words: [...new Set(found)].slice(0, mostExamples) };
}

function scopeOf(isRaw: boolean, isCleaned: boolean): Flag['scope'] | undefined {
  if (isRaw && isCleaned) return 'both';
  if (isRaw) return 'raw';
  return isCleaned ? 'cleaned' : undefined;
}
