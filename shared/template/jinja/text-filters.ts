import { repeatText } from '../jinja-sandbox.ts';
import {
  argument,
  type Filter,
  flagArgument,
  methodFilter,
  numberArgument,
  textArgument,
} from './filter-call.ts';
import { isList, jinja, type JinjaValue } from './jinja-values.ts';
import { percentFormat } from './python-format.ts';
import { pythonJson } from './python-json.ts';
import { pythonFloat, pythonInt, pythonRound } from './python-numbers.ts';
import { isNumber } from './python-operations.ts';
import { pythonStr, strip } from './python-text.ts';
import { splitLines } from './text-methods.ts';

const marks: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
};
const escape: Filter = (operand) =>
  jinja.text(pythonStr(operand).replaceAll(/[&<>'"]/g, (mark) => marks[mark] ?? mark));

/** A number of columns, or the text itself, that lines begin with. */
function marginOf(given: JinjaValue | undefined, columns: number): string {
  if (typeof given?.value === 'string') return given.value;
  return repeatText(' ', typeof given?.value === 'number' ? Math.max(0, given.value) : columns);
}

const indent: Filter = (operand, call) => {
  const margin = marginOf(argument(call, 0, 'width'), 4);
  const isBlankToo = flagArgument(call, 2, 'blank');
  const lines = splitLines(`${pythonStr(operand)}\n`, false);
  const [first = '', ...others] = lines.map((line, index) =>
    index > 0 && (isBlankToo || line !== '') ? margin + line : line,
  );
  const start = flagArgument(call, 1, 'first') ? margin + first : first;
  return jinja.text([start, ...others].join('\n'));
};

const leeway = 5;

const truncate: Filter = (operand, call) => {
  const characters = Array.from(pythonStr(operand));
  const most = numberArgument(call, 0, 'length', 255);
  const end = textArgument(call, 2, 'end', '...');
  if (characters.length <= most + numberArgument(call, 3, 'leeway', leeway))
    return jinja.text(characters.join(''));
  const kept = characters.slice(0, most - Array.from(end).length).join('');
  const word = flagArgument(call, 1, 'killwords') ? -1 : kept.lastIndexOf(' ');
  return jinja.text((word < 0 ? kept : kept.slice(0, word)) + end);
};

const tojson: Filter = (operand, call) => {
  const indentation = argument(call, 1, 'indent');
  const separators = argument(call, 2, 'separators');
  const [item, key] = isList(separators) ? separators.value : [];
  const isIndented = indentation !== undefined;
  const options = {
    isAscii: flagArgument(call, 0, 'ensure_ascii'),
    indent: isIndented ? marginOf(indentation, 0) : undefined,
    itemSeparator: item ? pythonStr(item) : isIndented ? ',' : ', ',
    keySeparator: key ? pythonStr(key) : ': ',
    isSorted: flagArgument(call, 3, 'sort_keys'),
  };
  return jinja.text(pythonJson(operand, options));
};

const int: Filter = (operand, call) => {
  const otherwise = argument(call, 0, 'default') ?? jinja.integer(0);
  if (isNumber(operand)) return jinja.integer(Math.trunc(Number(operand.value)));
  if (typeof operand.value !== 'string') return otherwise;
  const whole = pythonInt(operand.value, numberArgument(call, 1, 'base', 10));
  const number = whole ?? pythonFloat(operand.value) ?? NaN;
  return Number.isFinite(number) ? jinja.integer(Math.trunc(number)) : otherwise;
};

const float: Filter = (operand, call) => {
  if (isNumber(operand)) return jinja.float(Number(operand.value));
  const number = typeof operand.value === 'string' ? pythonFloat(operand.value) : undefined;
  return number === undefined
    ? (argument(call, 0, 'default') ?? jinja.float(0))
    : jinja.float(number);
};

function requireNumber(operand: JinjaValue): number {
  if (isNumber(operand)) return Number(operand.value);
  throw new Error(`${pythonStr(operand)} is no number`);
}

const round: Filter = (operand, call) => {
  const number = requireNumber(operand);
  const places = numberArgument(call, 0, 'precision', 0);
  const method = textArgument(call, 1, 'method', 'common');
  if (method !== 'common') {
    const unit = 10 ** places;
    return jinja.float((method === 'ceil' ? Math.ceil : Math.floor)(number * unit) / unit);
  }
  const rounded = pythonRound(number, places);
  return operand.type === 'FloatValue' ? jinja.float(rounded) : jinja.integer(rounded);
};

const title: Filter = (operand) =>
  jinja.text(
    pythonStr(operand).replace(
      /[^-\s({[<]+/gu,
      (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase(),
    ),
  );

/** Filters that make texts and numbers. */
export const textFilters: Readonly<Record<string, Filter>> = {
  string: (operand) => jinja.text(pythonStr(operand)),
  safe: (operand) => operand,
  trim: (operand, call) => {
    const characters = argument(call, 0, 'chars');
    return jinja.text(strip(pythonStr(operand), 'both', characters && pythonStr(characters)));
  },
  format: (operand, call) => jinja.text(percentFormat(pythonStr(operand), call)),
  upper: methodFilter('upper'),
  lower: methodFilter('lower'),
  capitalize: methodFilter('capitalize'),
  replace: methodFilter('replace'),
  title,
  center: (operand, call) =>
    methodFilter('center')(operand, {
      positional: [jinja.integer(numberArgument(call, 0, 'width', 80))],
      named: new Map(),
    }),
  wordcount: (operand) => jinja.integer(pythonStr(operand).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
  escape,
  e: escape,
  forceescape: escape,
  urlencode: (operand) =>
    jinja.text(
      encodeURIComponent(pythonStr(operand))
        .replaceAll('%2F', '/')
        .replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`),
    ),
  indent,
  truncate,
  tojson,
  int,
  float,
  round,
  abs: (operand) => {
    const size = Math.abs(requireNumber(operand));
    return operand.type === 'FloatValue' ? jinja.float(size) : jinja.integer(size);
  },
};
