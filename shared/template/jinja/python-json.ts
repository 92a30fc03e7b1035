import { isDictionary, isList, type JinjaValue } from './jinja-values.ts';
import { pythonRepr } from './python-text.ts';

/** What `json.dumps` is told, in the names of Python. */
export interface JsonOptions {
  isAscii: boolean;
  /** Text in front of each level; undefined writes everything in one line. */
  indent: string | undefined;
  itemSeparator: string;
  keySeparator: string;
  isSorted: boolean;
}

/** Python's `json.dumps` of a value. */
export function pythonJson(value: JinjaValue, options: JsonOptions, margin = '\n'): string {
  const inner = options.indent === undefined ? '' : margin + options.indent;
  const around = (open: string, parts: readonly string[], close: string) =>
    parts.length === 0
      ? open + close
      : open +
        inner +
        parts.join(options.itemSeparator + inner) +
        (options.indent === undefined ? '' : margin) +
        close;
  const deeper = (item: JinjaValue) => pythonJson(item, options, inner);
  if (isList(value)) return around('[', value.value.map(deeper), ']');
  if (isDictionary(value) && value.type !== 'NamespaceValue') {
    const entries = Array.from(value.value);
    if (options.isSorted) entries.sort(([a], [b]) => (a < b ? -1 : 1));
    const parts = entries.map(
      ([key, item]) => jsonText(key, options) + options.keySeparator + deeper(item),
    );
    return around('{', parts, '}');
  }
  if (typeof value.value === 'string') return jsonText(value.value, options);
  if (typeof value.value === 'number') return jsonNumber(pythonRepr(value));
  if (typeof value.value === 'boolean') return String(value.value);
  if (value.type === 'NullValue') return 'null';
  throw new Error(`${value.type} cannot be written as JSON`);
}

const jsonNumber = (text: string) => (text === 'nan' ? 'NaN' : text.replace('inf', 'Infinity'));

function jsonText(text: string, { isAscii }: JsonOptions): string {
  const json = JSON.stringify(text);
  if (!isAscii) return json;
  return json.replaceAll(
    /[\x7f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
