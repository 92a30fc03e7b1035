import { repeatText } from '../jinja-sandbox.ts';
import { isDictionary, isList } from './jinja-values.ts';
import { roundedText } from './python-numbers.ts';
import { type PrintableValue, pythonRepr, pythonStr, twoDigitExponent } from './python-text.ts';

/** Arguments of a format: by place and by name. */
export interface FormatArguments {
  positional: readonly PrintableValue[];
  named: ReadonlyMap<string, PrintableValue>;
}

const percentField =
  /%(?:\(([^)]*)\))?([#0\- +]*)(\*|\d+)?(?:\.(\*|\d*))?[hlL]?([diouxXeEfFgGcrsa%])?/g;

/** Python's `text % values`. */
export function percentFormat(text: string, { positional, named }: FormatArguments): string {
  let place = 0;
  const next = (): PrintableValue => {
    const value = positional[place++];
    if (!value) throw new Error('not enough arguments for format string');
    return value;
  };
  const formatted = text.replace(
    percentField,
    (field, name, flags: string, width, precision, kind) => {
      if (kind === undefined) throw new Error(`unsupported format ${JSON.stringify(field)}`);
      if (kind === '%') return '%';
      const columns = width === '*' ? pythonStr(next()) : (width ?? '');
      const digits = precision === '*' ? pythonStr(next()) : precision;
      const value = name === undefined ? next() : named.get(name);
      if (!value) throw new Error(`the format names ${name}, which is not given`);
      return percentValue(value, kind, {
        isLeft: flags.includes('-'),
        sign: flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '',
        isAlternate: flags.includes('#'),
        hasZeros: flags.includes('0'),
        columns,
        digits: digits === '' ? '0' : digits,
      });
    },
  );
  if (place < positional.length && named.size === 0)
    throw new Error('not all arguments converted during string formatting');
  return formatted;
}

interface PercentOptions {
  isLeft: boolean;
  sign: string;
  isAlternate: boolean;
  hasZeros: boolean;
  columns: string;
  digits: string | undefined;
}

function percentValue(value: PrintableValue, kind: string, options: PercentOptions): string {
  const { isLeft, sign, isAlternate, hasZeros, columns, digits } = options;
  const align = isLeft ? '<' : '>';
  const point = digits === undefined ? '' : `.${digits}`;
  if ('rsac'.includes(kind)) {
    const text =
      kind === 's' ? pythonStr(value) : kind === 'c' ? characterOf(value) : pythonRepr(value);
    return formatText(text, `${align}${columns}${point}`);
  }
  const zeros = hasZeros && !isLeft ? '0' : '';
  const head = `${zeros === '' ? align : ''}${sign}${isAlternate ? '#' : ''}${zeros}${columns}`;
  if (!'diuoxX'.includes(kind)) return formatNumber(value, `${head}${point}${kind}`);
  const whole = { type: 'IntegerValue', value: Math.trunc(numberOf(value, kind)) };
  return formatNumber(whole, `${head}${'iu'.includes(kind) ? 'd' : kind}`);
}

const characterOf = ({ value }: PrintableValue) =>
  typeof value === 'number' ? String.fromCodePoint(value) : String(value);

/** Python's `text.format(...)`: places, names, `[key]` and `.attribute`, `!r`, and the format specification. */
export function braceFormat(text: string, given: FormatArguments): string {
  let place = 0;
  const fill = (source: string): string =>
    source.replace(
      /\{\{|\}\}|\{((?:[^{}!:]|\[[^\]]*\])*)(?:!([rsa]))?(?::((?:[^{}]|\{[^{}]*\})*))?\}|[{}]/g,
      (field, path: string | undefined, conversion?: string, spec?: string) => {
        if (field === '{{' || field === '}}') return field.charAt(0);
        if (path === undefined) throw new Error(`Single '${field}' encountered in format string`);
        const value = valueAt(path, given, () => place++);
        const converted = conversion === undefined || conversion === 's' ? value : reprOf(value);
        return formatValue(converted, spec === undefined ? '' : fill(spec));
      },
    );
  return fill(text);
}

const reprOf = (value: PrintableValue): PrintableValue => ({
  type: 'StringValue',
  value: pythonRepr(value),
});

function valueAt(path: string, given: FormatArguments, next: () => number): PrintableValue {
  const [, first = '', rest = ''] = /^([^.[]*)(.*)$/s.exec(path) ?? [];
  const key = first === '' ? String(next()) : first;
  let value = /^\d+$/.test(key) ? given.positional[Number(key)] : given.named.get(key);
  for (const [, attribute, item] of rest.matchAll(/\.([^.[]+)|\[([^\]]*)\]/g)) {
    const name = attribute ?? item ?? '';
    if (isDictionary(value)) value = value.value.get(name);
    else value = isList(value) ? value.value[Number(name)] : undefined;
  }
  if (!value) throw new Error(`the format names ${path || key}, which is not given`);
  return value;
}

function formatValue(value: PrintableValue, spec: string): string {
  if (spec === '') return pythonStr(value);
  const isNumber =
    typeof value.value === 'number' ||
    (typeof value.value === 'boolean' && /[bcdeEfFgGnoxX%]$/.test(spec));
  return isNumber ? formatNumber(value, spec) : formatText(pythonStr(value), spec);
}

const specification =
  /^(?:(.)?([<>=^]))?([+\- ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/su;

function parseSpecification(spec: string) {
  const found = specification.exec(spec);
  if (!found) throw new Error(`Invalid format specifier ${JSON.stringify(spec)}`);
  const [, fill, align, sign = '', alternate, zero, width, group = '', precision, kind] = found;
  return {
    fill: fill ?? (zero ? '0' : ' '),
    align: align ?? (zero ? '=' : undefined),
    sign,
    isAlternate: alternate !== undefined,
    width: Number(width ?? 0),
    group,
    precision: precision === undefined ? undefined : Number(precision),
    kind,
  };
}

function formatText(text: string, spec: string): string {
  const { fill, align, width, precision } = parseSpecification(spec);
  const shown = precision === undefined ? text : Array.from(text).slice(0, precision).join('');
  return padded('', shown, { fill, align: align ?? '<', width });
}

function formatNumber(value: PrintableValue, spec: string): string {
  const { fill, align, width, precision, kind, sign, group, isAlternate } =
    parseSpecification(spec);
  const number = numberOf(value, kind ?? 'd');
  const { prefix, digits } = digitsOf(value, Math.abs(number), { kind, precision });
  const isNegative = number < 0 || (value.type === 'FloatValue' && Object.is(number, -0));
  const mark = isNegative ? '-' : sign === '-' ? '' : sign;
  const grouped = group === '' ? digits : digits.replace(/^\d+/, (whole) => inGroups(whole, group));
  return padded(mark + (isAlternate ? prefix : ''), grouped, { fill, align: align ?? '>', width });
}

const inGroups = (whole: string, mark: string) => whole.replace(/\B(?=(\d{3})+$)/g, mark);

function numberOf({ value }: PrintableValue, kind: string): number {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number') return value;
  throw new Error(
    `%${kind} format: a number is required, not ${JSON.stringify(value) ?? 'nothing'}`,
  );
}

function digitsOf(
  { type }: PrintableValue,
  size: number,
  { kind, precision }: { kind: string | undefined; precision: number | undefined },
): { prefix: string; digits: string } {
  const places = Math.min(precision ?? 6, 100);
  const isFloat = type === 'FloatValue';
  switch (kind ?? (isFloat ? 'r' : 'd')) {
    case 'x':
      return { prefix: '0x', digits: size.toString(16) };
    case 'X':
      return { prefix: '0X', digits: size.toString(16).toUpperCase() };
    case 'o':
      return { prefix: '0o', digits: size.toString(8) };
    case 'b':
      return { prefix: '0b', digits: size.toString(2) };
    case 'c':
      return { prefix: '', digits: String.fromCodePoint(size) };
    case 'f':
    case 'F':
      return { prefix: '', digits: roundedText(size, places) };
    case '%':
      return { prefix: '', digits: `${roundedText(size * 100, places)}%` };
    case 'e':
      return { prefix: '', digits: twoDigitExponent(size.toExponential(places)) };
    case 'E':
      return { prefix: '', digits: twoDigitExponent(size.toExponential(places)).toUpperCase() };
    case 'r':
      return {
        prefix: '',
        digits: precision === undefined ? pythonRepr({ type, value: size }) : general(size, places),
      };
    case 'd':
      return { prefix: '', digits: String(size) };
    default:
      return { prefix: '', digits: general(size, places) };
  }
}

/** `g`: the shorter of fixed and exponent notation, without zeros at its end. */
function general(size: number, places: number): string {
  const digits = Math.max(1, places);
  const exponent = size === 0 ? 0 : Number(/e([+-]\d+)$/.exec(size.toExponential(digits - 1))?.[1]);
  if (exponent >= -4 && exponent < digits)
    return withoutZeros(size.toFixed(Math.min(100, digits - 1 - exponent)));
  const [mantissa = '', power = ''] = size.toExponential(digits - 1).split('e');
  return twoDigitExponent(`${withoutZeros(mantissa)}e${power}`);
}

const withoutZeros = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

function padded(
  mark: string,
  text: string,
  { fill, align, width }: { fill: string; align: string; width: number },
): string {
  const missing = Math.max(0, width - Array.from(mark + text).length);
  const pad = repeatText(fill, missing);
  if (align === '<') return mark + text + pad;
  if (align === '=') return mark + pad + text;
  if (align === '>') return pad + mark + text;
  const left = repeatText(fill, Math.floor(missing / 2));
  return left + mark + text + repeatText(fill, missing - Math.floor(missing / 2));
}
