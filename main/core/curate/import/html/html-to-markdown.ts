import { readHtml, type HtmlEvents } from './html-tokens.ts';
import {
  MarkdownBlocks,
  MarkdownTable,
  paragraphLines,
  type FrameKind,
} from './markdown-blocks.ts';
import { longestRun, MarkdownInline } from './markdown-inline.ts';
import { scriptOf, type Script } from './markdown-scripts.ts';

const marks = new Map([
  ['b', '**'],
  ['strong', '**'],
  ['i', '*'],
  ['em', '*'],
  ['del', '~~'],
  ['s', '~~'],
  ['strike', '~~'],
]);
const blocks = new Set(
  (
    'p div section article header footer main aside nav figure figcaption address form fieldset ' +
    'center details summary dl dt dd h1 h2 h3 h4 h5 h6'
  ).split(' '),
);
const hidden = new Set(['script', 'style', 'iframe', 'noembed', 'noframes', 'title', 'textarea']);
const cells = new Set(['td', 'th']);
/** Deeper ones keep their text: nesting must not cost time. */
const mostScripts = 8;

/**
 * Turns the HTML of a post into clean Markdown. Kept: paragraphs, headings, lists, quotes, tables,
 * emphasis, inline code and code blocks with their language; links keep their text; images and
 * every other tag go. Takes time linear in the length and constant stack, whatever the nesting.
 */
export function htmlToMarkdown(html: string): string {
  const reader = new MarkdownReader();
  readHtml(html, reader);
  return reader.finish();
}

/** Text that is kept to the letter, and its last character, which costs no look at all of it. */
interface RawText {
  text: string;
  last: string;
}

function addRaw(raw: RawText, text: string): void {
  raw.text += text;
  raw.last = text.at(-1) ?? raw.last;
}

class MarkdownReader implements HtmlEvents {
  readonly #blocks = new MarkdownBlocks();
  readonly #inline = new MarkdownInline();
  #hiddenIn: string | undefined;
  #isInParagraph = false;
  #headingLevel = 0;
  // Text of a code block or of inline code while it is open.
  #raw: ({ name: string; language: string } & RawText) | undefined;
  // Super- and subscripts that are open, each inside the one before it.
  readonly #scripts: ({ kind: Script['kind'] } & RawText)[] = [];
  #ignoredScripts = 0;
  #commentLanguage = '';
  #defaultLanguage = '';
  #table: MarkdownTable | undefined;
  #nestedTables = 0;

  finish(): string {
    this.#closeRaw();
    this.#closeTable();
    this.#flush();
    return this.#blocks.toString();
  }

  onText(text: string): void {
    if (this.#hiddenIn) return;
    const holder = this.#scripts.at(-1) ?? this.#raw;
    if (holder) addRaw(holder, text);
    else this.#inline.addText(text);
  }

  // Posts name the language of the next block: <!-- language: lang-js -->
  onComment(text: string): void {
    const match = /^\s*language(-all)?:\s*(\S+)\s*$/.exec(text);
    if (!match?.[2]) return;
    const language = match[2].replace(/^lang(uage)?-/, '');
    if (match[1]) this.#defaultLanguage = language;
    else this.#commentLanguage = language;
  }

  onOpen(name: string, attributes: ReadonlyMap<string, string>): void {
    if (this.#hiddenIn) return;
    if (name === 'sup' || name === 'sub') {
      this.#openScript(name);
      return;
    }
    if ((this.#raw || this.#scripts.length > 0) && !this.#leavesRaw(name, attributes)) return;
    const mark = marks.get(name);
    if (mark) this.#inline.openMark(mark);
    else if (hidden.has(name)) this.#hiddenIn = name;
    else if (name === 'br') this.#inline.addLineBreak();
    else if (name === 'pre') this.#openPre(attributes);
    else if (isRaw(name)) this.#raw = { name, text: '', last: '', language: '' };
    else if (this.#table) this.#openInTable(name);
    else this.#openBlock(name, attributes);
  }

  onClose(name: string): void {
    if (this.#hiddenIn) {
      if (this.#hiddenIn === name) this.#hiddenIn = undefined;
      return;
    }
    if (name === 'sup' || name === 'sub') {
      this.#closeScript(name);
      return;
    }
    if (this.#raw) {
      if (this.#raw.name === name) this.#closeRaw();
      return;
    }
    if (this.#scripts.length > 0) {
      if (!isBlock(name) && !cells.has(name) && name !== 'tr' && name !== 'table') return;
      this.#closeScripts();
    }
    const mark = marks.get(name);
    if (mark) this.#inline.closeMark(mark);
    else if (this.#table) this.#closeInTable(name);
    else this.#closeBlock(name);
  }

  #openScript(kind: Script['kind']): void {
    if (this.#scripts.length < mostScripts) this.#scripts.push({ kind, text: '', last: '' });
    else this.#ignoredScripts++;
  }

  /** Closes the innermost script; one of the other kind has been forgotten in it. */
  #closeScript(kind: Script['kind']): void {
    if (this.#ignoredScripts > 0) {
      this.#ignoredScripts--;
      return;
    }
    const index = this.#scripts.findLastIndex((script) => script.kind === kind);
    if (index === -1) return;
    while (this.#scripts.length > index) this.#endScript();
  }

  #closeScripts(): void {
    this.#ignoredScripts = 0;
    while (this.#scripts.length > 0) this.#endScript();
  }

  #endScript(): void {
    const script = this.#scripts.pop();
    if (!script) return;
    const holder = this.#scripts.at(-1) ?? this.#raw;
    if (holder) addRaw(holder, scriptOf({ ...script, base: holder.last }).apart);
    else this.#inline.addScript(script.kind, script.text);
  }

  /** Whether an opening tag ends the code or script that is open; tags inside of it are dropped. */
  #leavesRaw(name: string, attributes: ReadonlyMap<string, string>): boolean {
    if (this.#raw?.name === 'pre') {
      if (name === 'code') this.#raw.language ||= languageOf(attributes);
      if (name === 'br') this.onText('\n');
      return false;
    }
    const leaves = isBlock(name) || cells.has(name) || name === 'tr';
    if (leaves) this.#closeRaw();
    return leaves;
  }

  #openPre(attributes: ReadonlyMap<string, string>): void {
    if (!this.#table) this.#flush();
    this.#raw = { name: 'pre', text: '', last: '', language: languageOf(attributes) };
  }

  #closeRaw(): void {
    this.#closeScripts();
    const raw = this.#raw;
    this.#raw = undefined;
    if (!raw) return;
    if (raw.name === 'pre' && !this.#table) this.#writeCodeBlock(raw.text, raw.language);
    else this.#inline.addCode(raw.text);
  }

  #writeCodeBlock(text: string, classLanguage: string): void {
    const language = cleanLanguage(classLanguage || this.#commentLanguage || this.#defaultLanguage);
    this.#commentLanguage = '';
    const code = text.replaceAll(/\r\n?/g, '\n').replace(/^\n/, '').trimEnd();
    if (code.trim() === '') return;
    const fence = '`'.repeat(Math.max(3, longestRun(code, '`') + 1));
    this.#blocks.write([fence + language, ...code.split('\n'), fence], false);
  }

  #openInTable(name: string): void {
    if (name === 'table') this.#nestedTables++;
    if (this.#nestedTables > 0 || !this.#table) return;
    if (name === 'tr' || cells.has(name)) this.#table.endCell(this.#inline.take());
    if (name === 'tr') this.#table.startRow();
    else if (cells.has(name)) this.#table.startCell();
    else if (blocks.has(name) || name === 'li') this.#inline.addText(' ');
  }

  #closeInTable(name: string): void {
    if (name === 'table' && this.#nestedTables > 0) this.#nestedTables--;
    else if (name === 'table') this.#closeTable();
    else if (this.#nestedTables > 0) return;
    else if (name === 'tr' || cells.has(name)) this.#table?.endCell(this.#inline.take());
    else if (blocks.has(name) || name === 'li') this.#inline.addText(' ');
  }

  #closeTable(): void {
    if (!this.#table) return;
    this.#table.endCell(this.#inline.take());
    const lines = this.#table.toLines();
    this.#table = undefined;
    this.#nestedTables = 0;
    if (lines.length > 0) this.#blocks.write(lines, false);
  }

  #openBlock(name: string, attributes: ReadonlyMap<string, string>): void {
    switch (name) {
      case 'blockquote':
        this.#flush();
        this.#blocks.openQuote();
        break;
      case 'ul':
      case 'ol':
        this.#flush();
        this.#blocks.openList(name === 'ol' ? firstNumber(attributes) : undefined);
        break;
      case 'li':
        this.#flush();
        this.#blocks.openItem();
        break;
      case 'table':
        this.#flush();
        this.#table = new MarkdownTable();
        break;
      case 'hr':
        this.#flush();
        this.#blocks.write(['---'], false);
        break;
      default:
        if (!blocks.has(name)) return;
        this.#flush();
        this.#isInParagraph = true;
        this.#headingLevel = headingLevelOf(name);
    }
  }

  #closeBlock(name: string): void {
    if (blocks.has(name)) this.#flush();
    else if (name === 'blockquote') this.#closeContainer('quote');
    else if (name === 'ul' || name === 'ol') this.#closeContainer('list');
    else if (name === 'li') this.#closeContainer('item');
  }

  #closeContainer(kind: FrameKind): void {
    this.#flush();
    this.#blocks.close(kind);
  }

  /** Writes the text read so far as a block of its own. */
  #flush(): void {
    const text = this.#inline.take();
    const level = this.#headingLevel;
    const isTight = this.#blocks.isInItem && !this.#isInParagraph;
    this.#isInParagraph = false;
    this.#headingLevel = 0;
    if (text === '') return;
    if (level === 0) this.#blocks.write(paragraphLines(text), isTight);
    else this.#blocks.write([`${'#'.repeat(level)} ${text.replaceAll(/\s+/g, ' ')}`], false);
  }
}

function isRaw(name: string): boolean {
  return name === 'code' || name === 'tt';
}

function isBlock(name: string): boolean {
  return blocks.has(name) || ['pre', 'ul', 'ol', 'li', 'blockquote'].includes(name);
}

function headingLevelOf(name: string): number {
  return /^h[1-6]$/.test(name) ? Number(name[1]) : 0;
}

function firstNumber(attributes: ReadonlyMap<string, string>): number {
  const start = Number(attributes.get('start') ?? 1);
  return Number.isSafeInteger(start) && start >= 0 && start < 1_000_000_000 ? start : 1;
}

function languageOf(attributes: ReadonlyMap<string, string>): string {
  return /(?:^|\s)(?:lang|language)-(\S+)/.exec(attributes.get('class') ?? '')?.[1] ?? '';
}

function cleanLanguage(language: string): string {
  return /^[\w+#.-]{1,30}$/.test(language) && !/^(none|default|plaintext)$/.test(language)
    ? language
    : '';
}
