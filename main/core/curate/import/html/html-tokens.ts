import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';

/** What happens in an HTML text, in order; names are in lower case, entities are decoded. */
export interface HtmlEvents {
  onOpen(name: string, attributes: ReadonlyMap<string, string>): void;
  onClose(name: string): void;
  onText(text: string): void;
  onComment(text: string): void;
}

/**
 * Reads HTML as a flat run of events. It is the tokenizer and not the parser of htmlparser2:
 * the parser's stack of open elements takes quadratic time on deeply nested input.
 */
export function readHtml(html: string, events: HtmlEvents): void {
  const tokenizer = new Tokenizer(
    { xmlMode: false, decodeEntities: true },
    new TokenTranslator(html, events),
  );
  tokenizer.write(html);
  tokenizer.end();
}

const noAttributes: ReadonlyMap<string, string> = new Map();

class TokenTranslator implements TokenizerCallbacks {
  readonly #html: string;
  readonly #events: HtmlEvents;
  #name = '';
  #attributes: Map<string, string> | undefined;
  #attributeName = '';
  #attributeValue = '';

  constructor(html: string, events: HtmlEvents) {
    this.#html = html;
    this.#events = events;
  }

  ontext(start: number, end: number): void {
    this.#events.onText(this.#html.slice(start, end));
  }

  ontextentity(codepoint: number): void {
    this.#events.onText(String.fromCodePoint(codepoint));
  }

  oncdata(start: number, end: number, endOffset: number): void {
    this.#events.onText(this.#html.slice(start, end - endOffset));
  }

  onopentagname(start: number, end: number): void {
    this.#name = this.#html.slice(start, end).toLowerCase();
    this.#attributes = undefined;
  }

  onattribname(start: number, end: number): void {
    this.#attributeName = this.#html.slice(start, end).toLowerCase();
    this.#attributeValue = '';
  }

  onattribdata(start: number, end: number): void {
    this.#attributeValue += this.#html.slice(start, end);
  }

  onattribentity(codepoint: number): void {
    this.#attributeValue += String.fromCodePoint(codepoint);
  }

  onattribend(): void {
    this.#attributes ??= new Map();
    this.#attributes.set(this.#attributeName, this.#attributeValue);
  }

  onopentagend(): void {
    this.#events.onOpen(this.#name, this.#attributes ?? noAttributes);
  }

  // HTML knows no self-closing tags: <p/> opens a paragraph.
  onselfclosingtag(): void {
    this.onopentagend();
  }

  onclosetag(start: number, end: number): void {
    this.#events.onClose(this.#html.slice(start, end).toLowerCase());
  }

  oncomment(start: number, end: number, endOffset: number): void {
    this.#events.onComment(this.#html.slice(start, end - endOffset));
  }

  ondeclaration(): void {
    // A doctype says nothing about the text.
  }

  onprocessinginstruction(): void {
    // Not part of HTML; browsers read it as a comment.
  }

  onend(): void {
    // The reader of the events knows when the text ends.
  }
}
