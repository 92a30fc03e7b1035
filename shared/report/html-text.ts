import { displayText } from '../text/foreign-text.ts';

/** Markup made by this program; only `html` creates it, so foreign text cannot pass for it. */
export class Markup {
  readonly #source: string;

  constructor(strings: readonly string[], values: readonly HtmlValue[]) {
    this.#source = strings
      .map((string, index) =>
        index === 0 ? string : `${toSource(values[index - 1] ?? '')}${string}`,
      )
      .join('');
  }

  toString(): string {
    return this.#source;
  }
}

/** What may stand in an `html` template: markup as it is, everything else escaped. */
export type HtmlValue = Markup | string | number | readonly HtmlValue[];

/** Template tag: the only place where HTML is put together, so the only place that escapes. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Markup {
  return new Markup(strings, values);
}

/** Template tag for style: constants only, so nothing in it needs escaping. */
export function css(strings: TemplateStringsArray): Markup {
  return new Markup(strings, []);
}

function toSource(value: HtmlValue): string {
  if (value instanceof Markup) return value.toString();
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escapeHtml(value);
  return value.map(toSource).join('');
}

const ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
  ['`', '&#96;'],
]);

/** Text safe between tags and inside quoted attributes. */
function escapeHtml(text: string): string {
  return displayText(text).replace(/[&<>"'`]/g, (character) => ENTITIES.get(character) ?? '');
}
