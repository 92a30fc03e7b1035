import { type Draw, type Mutation, ofEntry, pick } from './mutation.ts';
import { array, f32, type RawEntry, type RawGguf, strings, u32 } from './raw-gguf.ts';

const tokensKey = 'tokenizer.ggml.tokens';
const typesKey = 'tokenizer.ggml.token_type';

const entryOf = (raw: RawGguf, key: string) => raw.entries.find((entry) => entry.key === key);

/** The strings of an array entry. */
function stringsOf({ value }: RawEntry): string[] {
  const found: string[] = [];
  for (let at = 12; at < value.length;) {
    const end = at + 8 + value.readUInt32LE(at);
    found.push(value.toString('utf8', at + 8, end));
    at = end;
  }
  return found;
}

/** Changes the strings of an array in place. */
const ofStrings = (
  problem: string,
  message: RegExp,
  [key, change]: [
    key: string,
    change: (values: string[], draw: Draw, raw: RawGguf) => boolean | void,
  ],
): Mutation => ({
  problem,
  message,
  apply: (raw, draw) => {
    const found = entryOf(raw, key);
    if (!found) return false;
    const values = stringsOf(found);
    const isChanged = change(values, draw, raw) !== false;
    found.value = strings(key, values).value;
    return isChanged;
  },
});

/** Removes a key that the others need. */
const without = (key: string, message: RegExp, isNeeded: (raw: RawGguf) => boolean): Mutation => ({
  problem: `${key} is missing`,
  message,
  apply: (raw) => {
    if (!isNeeded(raw) || !entryOf(raw, key)) return false;
    raw.entries = raw.entries.filter((entry) => entry.key !== key);
    return true;
  },
});

const isKind = (raw: RawGguf, kind: string) =>
  entryOf(raw, 'tokenizer.ggml.model')?.value.subarray(8).toString() === kind;

const isPerToken = ({ key }: RawEntry) => key === typesKey || key === 'tokenizer.ggml.scores';

const isTokenId = ({ key }: RawEntry) => key.toString().endsWith('_token_id');

const arrays = [tokensKey, typesKey, 'tokenizer.ggml.scores', 'tokenizer.ggml.merges'];

/** The type of a byte token. */
const byteType = 6;

/** Ways to break a vocabulary. */
export const vocabularyMutations: readonly Mutation[] = [
  without(
    'tokenizer.ggml.model',
    /no "tokenizer\.ggml\.model"/,
    (raw) => !!entryOf(raw, tokensKey),
  ),
  without(tokensKey, /"tokenizer\.ggml\.tokens" is missing/, (raw) => !isKind(raw, 'no_vocab')),
  without('tokenizer.ggml.merges', /"tokenizer\.ggml\.merges" is missing/, (raw) =>
    isKind(raw, 'gpt2'),
  ),
  ofStrings('two equal tokens', /tokens \d+ and \d+ are both/, [
    tokensKey,
    (tokens, draw, raw) => {
      // Types go with the place, so a token that takes another's text stays one of its type.
      if (isKind(raw, 'llama')) tokens[tokens.length - 1] = tokens[draw(tokens.length - 1)] ?? '';
      else tokens[draw(tokens.length - 1)] = tokens.at(-1) ?? '';
    },
  ]),
  ofStrings('two tokens equal up to a zero byte', /tokens \d+ and \d+ are both/, [
    tokensKey,
    (tokens, draw) => {
      const original = tokens[draw(tokens.length - 2)];
      tokens[tokens.length - 1] = `${original}\0${draw(100)}`;
    },
  ]),
  ofStrings('a token with the name of an empty one', /token \d+, .* is the name of an empty/, [
    tokensKey,
    (tokens, draw) => {
      const empty = draw(2);
      tokens[empty] = '';
      tokens[tokens.length - 1] = `[EMPTY_${empty}]`;
      return tokens.length > 3;
    },
  ]),
  ofStrings('no tokens', /"tokenizer\.ggml\.tokens" has no entries/, [
    tokensKey,
    (tokens) => void tokens.splice(0),
  ]),
  ofStrings('fewer tokens than types', /"tokenizer\.ggml\.\w+" has \d+ entries for \d+ tokens/, [
    tokensKey,
    (tokens, draw) => {
      tokens.splice(1 + draw(tokens.length - 1));
    },
  ]),
  ofEntry('more or fewer values than tokens', /"tokenizer\.ggml\.\w+" has \d+ entries for/, [
    isPerToken,
    (found, draw) => {
      const count = found.value.readUInt32LE(4);
      const other = draw(2) === 0 ? draw(count) : count + 1 + draw(1000);
      const isReal = found.value.readUInt32LE(0) === 6;
      const values = Array.from({ length: other }, () => (isReal ? f32(0) : u32(1)));
      found.value = array('', isReal ? 6 : 5, ...values).value;
    },
  ]),
  ofEntry(
    'a vocabulary array of a type that llama.cpp casts wrongly',
    /"tokenizer\.ggml\.\w+" is an array of/,
    [
      ({ key }) => arrays.includes(key.toString()),
      (found, draw) => {
        const values = Array.from({ length: 1 + draw(50) }, () => Buffer.alloc(2));
        found.value = array('', 2 + draw(2), ...values).value;
      },
    ],
  ),
  ofEntry('one value instead of a vocabulary array', /"tokenizer\.ggml\.\w+" is of type u32/, [
    ({ key }) => arrays.includes(key.toString()),
    (found, draw) => {
      found.typeId = 4;
      found.value = u32(draw(1000));
    },
  ]),
  ofEntry('a special token beyond the vocabulary', /"tokenizer\.ggml\.\w+_token_id" is \d+ in a/, [
    isTokenId,
    (found, draw) => (found.value = u32(100_000 + draw(2 ** 31))),
  ]),
  ofEntry('a special token of another type', /"tokenizer\.ggml\.\w+" has the type/, [
    isTokenId,
    (found, draw) => {
      const typeId = pick([5, 6, 10, 11], draw) ?? 5;
      found.typeId = typeId;
      found.value = Buffer.alloc(typeId < 10 ? 4 : 8);
    },
  ]),
  {
    problem: 'a byte token that names no byte',
    message: /the byte token \d+, /,
    apply: (raw, draw) => {
      const types = entryOf(raw, typesKey);
      const tokens = entryOf(raw, tokensKey);
      if (!types || !tokens) return false;
      const normal = stringsOf(tokens).flatMap((token, index) =>
        /^<0x[0-9A-F]{2}>$/.test(token) ? [] : [index],
      );
      const index = pick(normal, draw) ?? 0;
      types.value.writeUInt32LE(byteType, 12 + 4 * index);
      return true;
    },
  },
  {
    problem: 'a byte token in a BERT vocabulary',
    message: /the token \d+ is a byte token/,
    apply: (raw, draw) => {
      const [model, types] = [entryOf(raw, 'tokenizer.ggml.model'), entryOf(raw, typesKey)];
      if (!model || !types) return false;
      model.value = strings('', ['bert']).value.subarray(12);
      types.value.writeUInt32LE(byteType, 12 + 4 * draw(types.value.readUInt32LE(4)));
      return true;
    },
  },
  ofEntry('a score that is no number', /"tokenizer\.ggml\.scores" is not a number for the token/, [
    ({ key }) => key === 'tokenizer.ggml.scores',
    (found, draw) => {
      const at = 12 + 4 * draw(found.value.readUInt32LE(4));
      found.value.writeFloatLE(Number.NaN, at);
    },
  ]),
  ofStrings('a merge that is no pair', /the merge \d+, .* is no pair/, [
    'tokenizer.ggml.merges',
    (merges, draw) => {
      merges[draw(merges.length)] = pick(['', 'a', 'abc', ' ', ' a', 'a '], draw) ?? '';
    },
  ]),
  {
    problem: 'a token beyond Unicode',
    message: /the token \d+, .* is no UTF-8/,
    apply: (raw, draw) => {
      const found = entryOf(raw, tokensKey);
      if (!found || !isKind(raw, 'gpt2')) return false;
      // The last token is a word of ten letters.
      const at = found.value.length - 4 - draw(6);
      Buffer.from([0xf4 + draw(4), 0x90, 0x80, 0x80]).copy(found.value, at);
      return true;
    },
  },
  ofStrings('more embedding rows than tokens', /token_embd\.weight has \d+ rows for/, [
    tokensKey,
    (tokens, draw, raw) => {
      const added = 1 + draw(5);
      for (let index = 0; index < added; index++) tokens.push(`added ${index}`);
      for (const entry of raw.entries.filter(isPerToken)) lengthen(entry, added);
      return raw.tensors.some(({ name }) => name.toString() === 'token_embd.weight');
    },
  ]),
];

function lengthen(entry: RawEntry, added: number): void {
  const last = Buffer.alloc(4 * added);
  if (entry.key === typesKey) for (let at = 0; at < last.length; at += 4) last.writeUInt32LE(1, at);
  entry.value = Buffer.concat([entry.value, last]);
  entry.value.writeUInt32LE(entry.value.readUInt32LE(4) + added, 4);
}
