import { scriptOf, type Script } from './markdown-scripts.ts';

interface Span {
  text: string;
  isCode: boolean;
}

// White space that is not one plain space, and what is no character of a text.
const uncollapsed = /[[\s\p{Cc}]--[ ]]| {2}/v;
const noText = /[\p{Cc}--\s]/gv;

/**
 * The text of one Markdown block while it is read: collapses white space as HTML does and puts
 * emphasis marks where they bind. Nothing is escaped but a `<` that would start an HTML tag.
 */
export class MarkdownInline {
  #spans: Span[] = [];
  // Marks that are open: where their slot lies among the spans.
  readonly #open = new Map<string, number>();
  #endsWithSpace = true;
  // The script that was just written, while it is not told apart from what may follow it.
  #openScript: { span: Span; apart: string } | undefined;

  /** Adds text; runs of white space become one space, and none at the start of the block. */
  addText(text: string): void {
    const collapsed = uncollapsed.test(text)
      ? text.replaceAll(noText, '').replaceAll(/\s+/g, ' ')
      : text;
    const visible = this.#endsWithSpace ? collapsed.trimStart() : collapsed;
    if (visible === '') return;
    this.#endScript(visible);
    this.#spans.push({ text: visible, isCode: false });
    this.#endsWithSpace = visible.endsWith(' ');
  }

  /** Adds a super- or subscript to what stands before it. */
  addScript(kind: Script['kind'], text: string): void {
    const base = this.#endsWithSpace ? '' : (this.#lastVisible()?.text ?? '');
    const { plain, apart } = scriptOf({ kind, text, base });
    this.addText(plain);
    const span = this.#spans.at(-1);
    if (span && apart !== plain) this.#openScript = { span, apart };
  }

  addLineBreak(): void {
    if (this.#spans.length === 0) return;
    this.#dropTrailingSpace();
    this.#openScript = undefined;
    this.#spans.push({ text: '\n', isCode: false });
    this.#endsWithSpace = true;
  }

  /** Adds inline code, delimited by more backticks than it holds. */
  addCode(code: string): void {
    const text = code.replaceAll(/\s+/g, ' ');
    if (text.trim() === '') return;
    this.#openScript = undefined;
    const ticks = '`'.repeat(longestRun(text, '`') + 1);
    const isPadded = /^`|`$|^ .* $/.test(text);
    const padding = isPadded ? ' ' : '';
    this.#spans.push({ text: ticks + padding + text + padding + ticks, isCode: true });
    this.#endsWithSpace = false;
  }

  /** Opens emphasis; a mark that is open already is not opened twice. */
  openMark(mark: string): void {
    if (this.#open.has(mark)) return;
    this.#open.set(mark, this.#spans.length);
    this.#spans.push({ text: '', isCode: false });
  }

  /** Closes emphasis; marks around nothing vanish, white space moves outside. */
  closeMark(mark: string): void {
    const slot = this.#open.get(mark);
    if (slot === undefined) return;
    this.#open.delete(mark);
    const opening = this.#firstVisible(slot + 1);
    if (!opening) return;
    const isSpaced = opening.text.startsWith(' ');
    if (isSpaced) opening.text = opening.text.slice(1);
    this.#spans[slot] = { text: isSpaced ? ` ${mark}` : mark, isCode: false };
    const hadSpace = this.#dropTrailingSpace();
    this.#spans.push({ text: hadSpace ? `${mark} ` : mark, isCode: false });
    this.#endsWithSpace = hadSpace;
  }

  /** The finished text, and an empty block; marks that are open go on in the next one. */
  take(): string {
    const marks = [...this.#open.keys()];
    for (const mark of marks.toReversed()) this.closeMark(mark);
    const text = joinSpans(this.#spans);
    this.#spans = [];
    this.#openScript = undefined;
    this.#open.clear();
    this.#endsWithSpace = true;
    for (const mark of marks) this.openMark(mark);
    return text.trim();
  }

  /** A letter right after 2^k would be taken for a part of it. */
  #endScript(next: string): void {
    const script = this.#openScript;
    this.#openScript = undefined;
    if (script && /^(?:[\p{L}\p{N}_^]|\.\d)/u.test(next)) script.span.text = script.apart;
  }

  #lastVisible(): Span | undefined {
    return this.#spans.findLast((span) => span.text !== '');
  }

  #firstVisible(from: number): Span | undefined {
    for (let index = from; index < this.#spans.length; index++) {
      const span = this.#spans[index];
      if (span && span.text.trim() !== '') return span;
    }
    return undefined;
  }

  #dropTrailingSpace(): boolean {
    const last = this.#lastVisible();
    if (!last || last.isCode || !last.text.endsWith(' ')) return false;
    last.text = last.text.slice(0, -1);
    return true;
  }
}

/** How often a character stands in a row at most. */
export function longestRun(text: string, character: string): number {
  let longest = 0;
  let run = 0;
  for (const each of text) {
    run = each === character ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

// Text is escaped across spans: "<" and "b>" may have come in separately.
function joinSpans(spans: readonly Span[]): string {
  let joined = '';
  let run = '';
  for (const span of spans) {
    if (!span.isCode) {
      run += span.text;
      continue;
    }
    joined += escapeTags(run, true) + span.text;
    run = '';
  }
  return joined + escapeTags(run, false);
}

const completeTag = /<(?=\/?[a-zA-Z][^<>]*>|![-[a-zA-Z]|\?)/g;
const tagBeforeCode = /<(?=\/?[a-zA-Z][^<>]*(?:>|$)|![-[a-zA-Z]|\?)/g;
// As Pandoc tells TeX from prices: no space inside of the dollars, and no digit after them.
const formula =
  /(?<!\\)(?:\$\$[^$]+\$\$|\$(?![\s$])[^$]*?(?<![\s\\])\$(?!\d))|\\\((?:(?!\\[()]).)*\\\)|\\\[(?:(?!\\[[\]]).)*\\\]/gs;

/** The text with every `<` escaped that would start a tag; formulas stay as they are. */
function escapeTags(text: string, isBeforeCode: boolean): string {
  if (!text.includes('<')) return text;
  let escaped = '';
  let at = 0;
  for (const match of text.matchAll(formula)) {
    escaped += escapeProse(text.slice(at, match.index), false) + match[0];
    at = match.index + match[0].length;
  }
  return escaped + escapeProse(text.slice(at), isBeforeCode);
}

function escapeProse(text: string, isBeforeCode: boolean): string {
  return text.replaceAll(isBeforeCode ? tagBeforeCode : completeTag, (_match, offset: number) => {
    let slashes = 0;
    while (text[offset - 1 - slashes] === '\\') slashes++;
    return slashes % 2 === 0 ? String.raw`\<` : '<';
  });
}
