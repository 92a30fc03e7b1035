import { displayText } from '../text/foreign-text.ts';

/** Markup made by this program; only `html` creates it, so foreign text cannot pass for it. */
export class Markup {
  readonly #source: string;

  constructor(parts: readonly string[], values: readonly HtmlValue[]) {
    this.#source = parts
      .map((part, index) => (index === 0 ? part : `${toSource(values[index - 1] ?? '')}${part}`))
      .join('');
  }

  toString(): string {
    return this.#source;
  }
}

/** What may stand in an `html` template: markup as it is, everything else escaped. */
export type HtmlValue = Markup | string | number | readonly HtmlValue[];

/** Template tag: the only place where HTML is put together, so the only place that escapes. */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Markup {
  return new Markup(parts, values);
}

/** Template tag for style: constants only, so nothing in it needs escaping. */
export function css(parts: TemplateStringsArray): Markup {
  return new Markup(parts, []);
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
