import { strip } from './python-text.ts';

const digitsOfBase = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Python's `int(text, base)`; undefined where it raises an error. */
export function pythonInt(text: string, base: number): number | undefined {
  const found = /^([+-]?)(0[xob])?([0-9a-z]+(?:_[0-9a-z]+)*)$/i.exec(strip(text));
  if (!found) return undefined;
  const [, sign, prefix = '', digits = ''] = found;
  const own = { '0x': 16, '0o': 8, '0b': 2 }[prefix.toLowerCase()];
  if (own !== undefined && base !== own && base !== 0) return undefined;
  const radix = base === 0 ? (own ?? 10) : base;
  const plain = digits.replaceAll('_', '').toLowerCase();
  if (Array.from(plain).some((digit) => digitsOfBase.indexOf(digit) >= radix)) return undefined;
  return Number.parseInt(plain, radix) * (sign === '-' ? -1 : 1);
}

/** Python's `float(text)`; undefined where it raises an error. */
export function pythonFloat(text: string): number | undefined {
  const plain = strip(text).toLowerCase();
  const [, sign, name] = /^([+-]?)(inf|infinity|nan)$/.exec(plain) ?? [];
  if (name !== undefined) return name === 'nan' ? NaN : sign === '-' ? -Infinity : Infinity;
  if (!/^[+-]?(?:\d[\d_]*\.?(?:\d[\d_]*)?|\.\d[\d_]*)(?:e[+-]?\d+)?$/.test(plain)) return undefined;
  return Number(plain.replaceAll('_', ''));
}

/** Digits behind the point that tell a tie from what is nearly one. */
const tieDigits = 30;

/** A size with so many digits behind the point, of two equally near ones the even. */
export function roundedText(size: number, places: number): string {
  const rounded = size.toFixed(places);
  const exact = size.toFixed(Math.min(100, places + tieDigits));
  const point = exact.indexOf('.');
  if (!/^50+$/.test(exact.slice(point + 1 + places))) return rounded;
  const down = exact.slice(0, point + (places === 0 ? 0 : 1 + places));
  return /[02468]$/.test(down) ? down : rounded;
}

/** Python's `round(number, places)`. */
export function pythonRound(number: number, places: number): number {
  if (!Number.isFinite(number) || Math.abs(number) >= 1e21) return number;
  const sign = number < 0 ? -1 : 1;
  if (places >= 0) return sign * Number(roundedText(Math.abs(number), Math.min(places, 70)));
  const unit = 10 ** -places;
  return sign * Number(roundedText(Math.abs(number) / unit, 0)) * unit;
}
