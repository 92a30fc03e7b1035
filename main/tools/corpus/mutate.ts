import { damagedBytes } from '../../gguf/testing/damaged-bytes.ts';
import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';

/** Larger files are mutated by their start: what a reader does with them shows there as well. */
const maxBytes = 8 * 1024 * 1024;

type Mutation = (bytes: Buffer, pick: (count: number) => number) => Buffer;

const cutAt = (bytes: Buffer, at: number, more: Buffer = Buffer.alloc(0), skip = 0) =>
  Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at + skip)]);
const anyOf = <Item>(items: readonly Item[], pick: (count: number) => number) =>
  items[pick(items.length)];

/** What happens to files: they are cut, doubled, patched, decoded wrongly, and put on one line. */
const mutations: Record<string, Mutation> = {
  cut: (bytes, pick) => bytes.subarray(0, pick(bytes.length)),
  'start lost': (bytes, pick) => bytes.subarray(pick(bytes.length)),
  twice: (bytes) => Buffer.concat([bytes, bytes]),
  'piece lost': (bytes, pick) => cutAt(bytes, pick(bytes.length), Buffer.alloc(0), pick(5000)),
  'piece repeated': (bytes, pick) => {
    const at = pick(bytes.length);
    const piece = bytes.subarray(at, at + 1 + pick(300));
    return cutAt(bytes, at, Buffer.concat(Array.from({ length: pick(2000) }, () => piece)));
  },
  'bytes changed': (bytes, pick) => {
    const changed = Buffer.from(bytes);
    for (let count = 1 + pick(20); count > 0; count--) changed[pick(bytes.length)] = pick(256);
    return changed;
  },
  'marks changed': (bytes, pick) => {
    const marks = [
      '"',
      '{',
      '}',
      '[',
      ']',
      ',',
      '<',
      '>',
      '\\',
      '\n',
      '\0',
      '<!--',
      '<row ',
      '</posts>',
    ];
    let changed = bytes;
    for (let count = 1 + pick(8); count > 0; count--)
      changed = cutAt(
        changed,
        pick(changed.length),
        Buffer.from(anyOf(marks, pick) ?? ''),
        pick(2),
      );
    return changed;
  },
  nested: (bytes, pick) => cutAt(bytes, pick(bytes.length), Buffer.from('['.repeat(pick(200_000)))),
  'on one line': (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('\n', ' '), 'latin1'),
  'as UTF-16': (bytes) => Buffer.from(bytes.toString('utf8'), 'utf16le'),
  'as Latin-1': (bytes) => Buffer.from(bytes.toString('utf8'), 'latin1'),
  'with CRLF': (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
};

/** What became of a file; `sparseBytes` zeros follow its bytes. */
interface Mutated {
  name: string;
  bytes: Buffer;
  sparseBytes?: number;
}

/** Its weights as zeros, so that what is told of the tensors still lies inside of the file. */
function damagedGguf(start: Buffer, wholeBytes: number, pick: (count: number) => number) {
  const { name, bytes } = damagedBytes(start, pick);
  return { name, bytes, sparseBytes: name === 'cut' ? 0 : wholeBytes - start.length };
}

/** A mutation of a file, the same for the same seed, and what it is called. */
export function mutate(bytes: Buffer, seed: number): Mutated {
  const random = seededUniform(seed);
  const pick = (count: number) => Math.floor(random() * Math.max(1, count));
  const [name, change] = anyOf(Object.entries(mutations), pick) ?? ['cut', mutations['cut']];
  const start = bytes.subarray(0, maxBytes);
  if (start.toString('latin1', 0, 4) === 'GGUF') return damagedGguf(start, bytes.length, pick);
  return { name, bytes: change ? change(start, pick) : start };
}
