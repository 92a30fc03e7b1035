interface Span {
  text: string;
  isCode: boolean;
}

// White space that is not one plain space.
const uncollapsed = /[^\S ]| {2}/;

/**
 * The text of one Markdown block while it is read: collapses white space as HTML does and puts
 * emphasis marks where they bind. Nothing is escaped but a `<` that would start an HTML tag.
 */
export class MarkdownInline {
  #spans: Span[] = [];
  // Marks that are open: where their slot lies among the spans.
  readonly #open = new Map<string, number>();
  #endsWithSpace = true;

  /** Adds text; runs of white space become one space, and none at the start of the block. */
  addText(text: string): void {
    const collapsed = uncollapsed.test(text) ? text.replaceAll(/\s+/g, ' ') : text;
    const visible = this.#endsWithSpace ? collapsed.trimStart() : collapsed;
    if (visible === '') return;
    this.#spans.push({ text: visible, isCode: false });
    this.#endsWithSpace = visible.endsWith(' ');
  }

  addLineBreak(): void {
    if (this.#spans.length === 0) return;
    this.#dropTrailingSpace();
    this.#spans.push({ text: '\n', isCode: false });
    this.#endsWithSpace = true;
  }

  /** Adds inline code, delimited by more backticks than it holds. */
  addCode(code: string): void {
    const text = code.replaceAll(/\s+/g, ' ');
    if (text.trim() === '') return;
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
    this.#open.clear();
    this.#endsWithSpace = true;
    for (const mark of marks) this.openMark(mark);
    return text.trim();
  }

  #firstVisible(from: number): Span | undefined {
    for (let index = from; index < this.#spans.length; index++) {
      const span = this.#spans[index];
      if (span && span.text.trim() !== '') return span;
    }
    return undefined;
  }

  #dropTrailingSpace(): boolean {
    const last = this.#spans.findLast((span) => span.text !== '');
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

function escapeTags(text: string, isBeforeCode: boolean): string {
  if (!text.includes('<')) return text;
  return text.replaceAll(isBeforeCode ? tagBeforeCode : completeTag, (_match, offset: number) => {
    let slashes = 0;
    while (text[offset - 1 - slashes] === '\\') slashes++;
    return slashes % 2 === 0 ? String.raw`\<` : '<';
  });
}

const superscripts = new Map(zip('0123456789+-=()ni', '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ'));
const subscripts = new Map(zip('0123456789+-=()', '₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎'));

/**
 * The text of a super- or subscript without its tag: Unicode characters where they exist (x², H₂O),
 * `^` before another short superscript (2^k), and plain text for anything longer, as in side notes.
 */
export function scriptText(kind: 'sup' | 'sub', text: string): string {
  const table = kind === 'sup' ? superscripts : subscripts;
  const characters = Array.from(text.trim(), (character) => table.get(character));
  if (characters.length > 0 && characters.every((character) => character !== undefined))
    return characters.join('');
  return kind === 'sup' && /^\w{1,8}$/.test(text) ? `^${text}` : text;
}

function zip(keys: string, values: string): [string, string][] {
  const characters = Array.from(values);
  return Array.from(keys, (key, index) => [key, characters[index] ?? key]);
}
