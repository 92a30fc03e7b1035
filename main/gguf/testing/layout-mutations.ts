import { type Mutation, ofEntry, ofTensor, pick } from './mutation.ts';
import { array, entry, text, u32, u64 } from './raw-gguf.ts';

const hugeCounts = [2n ** 40n, 2n ** 62n, 2n ** 63n, 2n ** 64n - 1n];
const isArray = ({ typeId }: { typeId: number }) => typeId === 9;
const isString = ({ typeId }: { typeId: number }) => typeId === 8;

const ofHeader: Mutation[] = [
  {
    problem: 'a letter of the magic changed',
    message: /starts with 0x/,
    apply: (raw, draw) => {
      const at = draw(4);
      raw.magic = `${raw.magic.slice(0, at)}${'abcd'[draw(4)]}${raw.magic.slice(at + 1)}`;
      return true;
    },
  },
  {
    problem: 'a version that there is not, or big-endian',
    message: /version is/,
    apply: (raw, draw) => {
      raw.version = pick([0, 1, 4, 5, 255, 0x02000000, 0x03000000], draw) ?? 0;
      return true;
    },
  },
  {
    problem: 'more tensors than a file can have',
    message: /tensors, allowed/,
    apply: (raw, draw) => {
      raw.tensorCount = pick(hugeCounts, draw) ?? 0n;
      return true;
    },
  },
  {
    problem: 'more keys than a file can have',
    message: /metadata keys, allowed/,
    apply: (raw, draw) => {
      raw.keyCount = pick(hugeCounts, draw) ?? 0n;
      return true;
    },
  },
];

const ofMetadata: Mutation[] = [
  ofEntry('a key without text', /metadata key \d+ has 0 bytes/, [
    () => true,
    (found) => (found.key = ''),
  ]),
  ofEntry('a key longer than the format allows', /metadata key \d+ has/, [
    () => true,
    (found, draw) => (found.key = 'k'.repeat(65_536 + draw(100))),
  ]),
  ofEntry('a key length that wraps', /metadata key \d+ has/, [
    () => true,
    (found, draw) => (found.keyLength = pick(hugeCounts, draw) ?? 0n),
  ]),
  ofEntry('a control character in a key', /metadata key \d+ has control/, [
    () => true,
    (found, draw) => (found.key = `${found.key.toString()}${String.fromCodePoint(draw(32))}`),
  ]),
  ofEntry('a key that is no UTF-8', /metadata key \d+ has control/, [
    () => true,
    (found, draw) =>
      (found.key = Buffer.concat([Buffer.from(found.key), Buffer.from([0xf5 + draw(10)])])),
  ]),
  {
    problem: 'a key twice',
    message: /"[^"]+" occurs twice/,
    apply: (raw, draw) => {
      const found = pick(raw.entries, draw);
      if (found) raw.entries.splice(draw(raw.entries.length), 0, { ...found });
      return found !== undefined;
    },
  },
  ofEntry('a value of a type that there is not', /"[^"]+" has the unknown type/, [
    () => true,
    (found, draw) => (found.typeId = 13 + draw(2 ** 31)),
  ]),
  ofEntry('an array of a type that there is not', /"[^"]+" has the unknown type/, [
    isArray,
    (found, draw) => void found.value.writeUInt32LE(13 + draw(2 ** 31), 0),
  ]),
  ofEntry('an array of arrays', /"[^"]+" is an array of arrays/, [
    isArray,
    (found) => void found.value.writeUInt32LE(9, 0),
  ]),
  ofEntry('an array longer than any', /"[^"]+" has \d+ elements/, [
    isArray,
    (found, draw) => void found.value.writeBigUInt64LE(pick(hugeCounts, draw) ?? 0n, 4),
  ]),
  ofEntry('an array that goes beyond the file', /"[^"]+".* needs \d+ bytes at byte \d+/, [
    isArray,
    (found, draw) => {
      found.value = Buffer.concat([u32(10), u64(BigInt(1_000_000 + draw(1_000_000)))]);
    },
  ]),
  ofEntry('a string longer than any', /"[^"]+" holds a string of/, [
    isString,
    (found, draw) => void (found.value = text('x', pick(hugeCounts, draw))),
  ]),
  ofEntry('a string that goes beyond the file', /"[^"]+" needs \d+ bytes at byte \d+/, [
    isString,
    (found, draw) => void (found.value = text('x', BigInt(4_000_000 + draw(1_000_000)))),
  ]),
  {
    problem: 'a truth value that is neither 0 nor 1',
    message: /"test\.flag" holds the truth value/,
    apply: (raw, draw) => {
      const flag = Buffer.from([2 + draw(254)]);
      const isList = draw(2) === 1;
      raw.entries.push(isList ? array('test.flag', 7, flag) : entry('test.flag', 7, flag));
      return true;
    },
  },
  {
    problem: 'an alignment that is no power of two from 8',
    message: /general\.alignment is/,
    apply: (raw, draw) => {
      const value = pick([0, 1, 2, 4, 3, 24, 33, 100, 4097, 2 ** 31], draw) ?? 0;
      raw.entries = raw.entries.filter(({ key }) => key !== 'general.alignment');
      raw.entries.push(entry('general.alignment', 4, u32(value)));
      return true;
    },
  },
  {
    problem: 'an alignment of another type',
    message: /general\.alignment has the type/,
    apply: (raw, draw) => {
      raw.entries = raw.entries.filter(({ key }) => key !== 'general.alignment');
      const typeId = pick([5, 6, 10, 11, 12], draw) ?? 5;
      raw.entries.push(entry('general.alignment', typeId, typeId < 10 ? u32(32) : u64(32n)));
      return true;
    },
  },
];

const ofTensors: Mutation[] = [
  ofTensor('a tensor without a name', /name of tensor \d+ has 0 bytes/, (tensor) => {
    tensor.name = Buffer.alloc(0);
  }),
  ofTensor('a tensor name beyond 63 bytes', /name of tensor \d+ has \d+ bytes/, (tensor, draw) => {
    tensor.name = Buffer.alloc(64 + draw(1000), 'n');
  }),
  ofTensor(
    'a control character in a tensor name',
    /name of tensor \d+ has control/,
    (tensor, draw) => {
      tensor.name = Buffer.from(`a${String.fromCodePoint(draw(32))}b`);
    },
  ),
  ofTensor('a tensor twice', /tensor "[^"]+" occurs twice/, (tensor, draw, raw) => {
    const other = pick(
      raw.tensors.filter((one) => one !== tensor),
      draw,
    );
    if (other) tensor.name = other.name;
    return other !== undefined;
  }),
  ofTensor(
    'no dimensions, or more than four',
    /tensor "[^"]+" has \d+ dimensions/,
    (tensor, draw) => {
      tensor.dimensions = pick([0, 5, 6, 255, 2 ** 31, 2 ** 32 - 1], draw) ?? 0;
    },
  ),
  ofTensor(
    'a dimension of zero or beyond 2^31',
    /tensor "[^"]+" has a dimension of/,
    (tensor, draw) => {
      tensor.ne[draw(tensor.ne.length)] = pick([0n, ...hugeCounts], draw) ?? 0n;
    },
  ),
  ofTensor('a size that wraps', /tensor "[^"]+" \(.*needs \d+ bytes/, (tensor, draw) => {
    tensor.ne = [2n ** 31n, 2n ** 31n, BigInt(2 + 2 * draw(20))];
  }),
  ofTensor(
    'a tensor larger than the file',
    /tensor "[^"]+" \(.*needs \d+ bytes/,
    (tensor, draw) => {
      tensor.ne = [...tensor.ne.slice(0, 3), BigInt(2 ** 24 + draw(1000))];
    },
  ),
  ofTensor('a tensor type that there is not', /tensor "[^"]+" has the unknown/, (tensor, draw) => {
    tensor.type = pick([4, 5, 31, 32, 33, 36, 37, 38, 43, 44, 1000, 2 ** 31], draw) ?? 4;
  }),
  ofTensor('a row that is no multiple of a block', /tensor "[^"]+" has rows of/, (tensor, draw) => {
    tensor.type = 12;
    tensor.ne[0] = BigInt(1 + draw(255));
  }),
  ofTensor('a tensor off its place', /tensor "[^"]+" lies at/, (tensor, draw) => {
    tensor.offset += BigInt(1 + draw(10_000));
  }),
  ofTensor('a tensor at an offset that wraps', /tensor "[^"]+" lies at/, (tensor, draw) => {
    tensor.offset = pick(hugeCounts, draw) ?? 0n;
  }),
  ofTensor('a tensor over another', /tensor "[^"]+" lies at/, (tensor, draw) => {
    if (tensor.offset === 0n) return false;
    tensor.offset -= BigInt(1 + draw(Number(tensor.offset)));
    return true;
  }),
  {
    problem: 'weights that end too early',
    message: /tensor "[^"]+" (ends at byte|\(.*needs \d+ bytes)/,
    apply: (raw, draw) => {
      if (raw.tensors.length === 0) return false;
      raw.dataBytes -= 1 + draw(raw.dataBytes);
      return true;
    },
  },
];

/** Ways to break the layout of any file: header, metadata, tensor entries, weights. */
export const layoutMutations: readonly Mutation[] = [...ofHeader, ...ofMetadata, ...ofTensors];
