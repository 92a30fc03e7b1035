import { formatCount } from '../../../../../shared/text/numbers.ts';

/** Nesting and values of one record: a conversation needs ten levels and a few thousand values. */
const limits = { depth: 64, values: 500_000 };

const colon = 0x3a;
/** The marks of JSON, as bytes. */
export const quote = 0x22;
export const comma = 0x2c;
export const backslash = 0x5c;
export const openBracket = 0x5b;
export const closeBracket = 0x5d;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;

type Expected = 'value' | 'value-or-end' | 'name' | 'name-or-end' | 'colon' | 'comma-or-end';

const words: Record<Expected, string> = {
  value: 'a value',
  'value-or-end': 'a value or "]"',
  name: 'a field name in quotes',
  'name-or-end': 'a field name in quotes or "}"',
  colon: 'a colon',
  'comma-or-end': 'a comma or the end of what was opened',
};

/**
 * Follows the structure of one JSON value byte by byte, and notes the first place at which it
 * cannot be JSON; from there on it only balances brackets. Plain values are left to JSON.parse.
 */
export class JsonSyntax {
  /** What is wrong, without the place; `undefined` while nothing is. */
  problem: string | undefined;
  values = 0;
  names = 0;
  readonly #isObject: boolean[] = [];
  /** What was opened beyond the limit is counted and not remembered. */
  #tooDeep = 0;
  #expected: Expected = 'value';
  #isInString = false;
  #isEscaped = false;
  #isInPlain = false;

  get depth(): number {
    return this.#isObject.length + this.#tooDeep;
  }

  /** Whether nothing but a quote, a backslash or a line end can change anything. */
  get isInPlainText(): boolean {
    return this.#isInString && !this.#isEscaped;
  }

  /** Whether the next byte would begin the value of a field. */
  get isAtValue(): boolean {
    return this.#expected === 'value' && this.#isObject.at(-1) === true;
  }

  /** Takes one byte, and tells whether the value ends with it. */
  take(byte: number): boolean {
    if (this.#isInString) return this.#inString(byte);
    if (byte <= 0x20) this.#isInPlain = false;
    else if (byte === quote) this.#openString();
    else if (byte === openBrace || byte === openBracket) this.#open(byte === openBrace);
    else if (byte === closeBrace || byte === closeBracket) return this.#close(byte === closeBrace);
    else if (byte === comma) this.#comma();
    else if (byte === colon) this.#colon();
    else if (!this.#isInPlain) {
      this.#isInPlain = true;
      this.#value();
    }
    return false;
  }

  /** Notes that a line ends here, which it cannot within a string. */
  endLine(): void {
    if (this.#isInString) this.#fault('a text in quotes goes on behind the end of its line');
    this.#isInString = false;
  }

  #inString(byte: number): boolean {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === backslash) this.#isEscaped = true;
    else if (byte === quote) {
      this.#isInString = false;
      return this.depth === 0;
    }
    return false;
  }

  #openString(): void {
    this.#isInString = true;
    this.#isInPlain = false;
    if (this.#expected !== 'name' && this.#expected !== 'name-or-end') return this.#value();
    this.names++;
    this.#expected = 'colon';
  }

  #value(): void {
    if (++this.values === limits.values)
      this.#fault(`it holds more than ${formatCount(limits.values)} values: no conversation does`);
    if (this.#expected === 'value' || this.#expected === 'value-or-end')
      this.#expected = 'comma-or-end';
    else this.#unexpected();
  }

  #open(isObject: boolean): void {
    this.#isInPlain = false;
    this.#value();
    if (this.#isObject.length === limits.depth) {
      this.#fault(`it is nested more than ${limits.depth} deep: no conversation is`);
      this.#tooDeep++;
    } else this.#isObject.push(isObject);
    this.#expected = isObject ? 'name-or-end' : 'value-or-end';
  }

  #close(isObject: boolean): boolean {
    this.#isInPlain = false;
    const ends = isObject ? 'name-or-end' : 'value-or-end';
    if (this.#expected !== 'comma-or-end' && this.#expected !== ends) this.#unexpected();
    if (this.#tooDeep > 0) this.#tooDeep--;
    else if (this.#isObject.pop() !== isObject) this.#fault('brackets do not match');
    this.#expected = 'comma-or-end';
    return this.depth === 0;
  }

  #comma(): void {
    this.#isInPlain = false;
    if (this.#expected !== 'comma-or-end') this.#unexpected();
    this.#expected = this.#isObject.at(-1) === true ? 'name' : 'value';
  }

  #colon(): void {
    this.#isInPlain = false;
    if (this.#expected !== 'colon') this.#unexpected();
    this.#expected = 'value';
  }

  #unexpected(): void {
    this.#fault(`${words[this.#expected]} is missing`);
  }

  #fault(problem: string): void {
    this.problem ??= problem;
  }
}
