import {
  array,
  encodeRawGguf,
  entry,
  type RawEntry,
  type RawGguf,
  text,
  u32,
  u64,
} from './raw-gguf.ts';
import { minimalGguf } from './valid-gguf.ts';

/** A broken file: what is wrong, its bytes, and a part of the message that must name it. */
export interface MalformedGguf {
  problem: string;
  bytes: Buffer;
  message: RegExp;
}

const broken: MalformedGguf[] = [];

function breakRaw(problem: string, message: RegExp, change: (raw: RawGguf) => void): void {
  const raw = minimalGguf();
  change(raw);
  broken.push({ problem, message, bytes: encodeRawGguf(raw) });
}

function addEntry(problem: string, message: RegExp, ...entries: RawEntry[]): void {
  breakRaw(problem, message, (raw) => {
    raw.entries.push(...entries);
  });
}

function changeTensor(
  problem: string,
  message: RegExp,
  change: Partial<RawGguf['tensors'][number]>,
): void {
  breakRaw(problem, message, (raw) => Object.assign(raw.tensors[1] ?? {}, change));
}

function replaceEntry(problem: string, message: RegExp, index: number, value: RawEntry): void {
  breakRaw(problem, message, (raw) => void (raw.entries[index] = value));
}

const huge = 2n ** 40n;
const wrapping = 2n ** 64n - 1n;

breakRaw('magic of another format', /instead of "GGUF"/, (raw) => (raw.magic = 'GGML'));
breakRaw('reversed magic', /instead of "GGUF"/, (raw) => (raw.magic = 'FUGG'));
for (const version of [0, 1, 4, 0x03000000, 0xffffffff])
  breakRaw(`version ${version}`, /version is/, (raw) => (raw.version = version));
for (const count of [100_001n, huge, 2n ** 63n, wrapping]) {
  breakRaw(`${count} tensors`, /tensors, allowed/, (raw) => (raw.tensorCount = count));
  breakRaw(`${count} keys`, /keys, allowed/, (raw) => (raw.keyCount = count));
}
breakRaw('one tensor more than listed', /incomplete|tensor 2/, (raw) => (raw.tensorCount = 3n));
breakRaw('one key more than listed', /tensor 0|key/, (raw) => (raw.keyCount = 6n));
breakRaw('one key less than listed', /tensor 0|tensor "/, (raw) => (raw.keyCount = 4n));

addEntry('empty key', /metadata key 5 has 0 bytes/, entry('', 4, u32(1)));
addEntry('key of 65,536 bytes', /key 5 has 65536 bytes/, entry('k'.repeat(65_536), 4, u32(1)));
addEntry('key length that wraps', /key 5 has/, { ...entry('key', 4, u32(1)), keyLength: wrapping });
addEntry('key with a zero byte', /control characters/, entry('a\0b', 4, u32(1)));
addEntry('duplicate key', /occurs twice/, entry('llama.block_count', 4, u32(1)));
for (const type of [13, 99, 0xffffffff])
  addEntry(`value of type ${type}`, /unknown type/, entry('key', type, u32(1)));
addEntry('array of type 13', /unknown type/, array('key', 13, u32(1)));
addEntry('array of arrays', /array of arrays/, array('key', 9, u32(4), u64(0n)));
addEntry('truth value 2', /truth value 2/, entry('key', 7, Buffer.from([2])));
addEntry('truth value 255 in an array', /truth value 255/, array('key', 7, Buffer.from([255])));
for (const length of [2n ** 24n + 1n, huge, wrapping])
  addEntry(`string of ${length} bytes`, /holds a string of/, entry('key', 8, text('x', length)));
addEntry('string beyond the file', /incomplete/, entry('key', 8, text('x', 100_000n)));
for (const length of [2n ** 22n + 1n, huge, 2n ** 63n, wrapping])
  addEntry(`array of ${length}`, /elements, allowed/, entry('key', 9, u32(4), u64(length)));
addEntry('array beyond the file', /incomplete/, entry('key', 9, u32(11), u64(100_000n)));
addEntry('strings beyond the file', /incomplete/, entry('key', 9, u32(8), u64(100_000n)));
addEntry('huge string in an array', /holds a string of/, array('key', 8, text('x', huge)));

for (const value of [0, 1, 3, 33, 4097, 12_288, 0x80000000])
  addEntry(`alignment ${value}`, /alignment is/, entry('general.alignment', 4, u32(value)));
addEntry('alignment as u64', /type u64/, entry('general.alignment', 10, u64(32n)));
addEntry('alignment as string', /type string/, entry('general.alignment', 8, text('32')));

replaceEntry('tokens as numbers', /array of i32/, 2, array('tokenizer.ggml.tokens', 5, u32(1)));
replaceEntry(
  'tokens as one string',
  /of type string/,
  2,
  entry('tokenizer.ggml.tokens', 8, text('a')),
);
replaceEntry(
  'token types as i8',
  /array of i8/,
  3,
  array('tokenizer.ggml.token_type', 1, Buffer.alloc(1), Buffer.alloc(1)),
);
replaceEntry(
  'one token type for two tokens',
  /1 entries for 2/,
  3,
  array('tokenizer.ggml.token_type', 5, u32(1)),
);
breakRaw('fewer tokens than embedding rows', /2 rows for a vocabulary of 1/, (raw) => {
  raw.entries[2] = array('tokenizer.ggml.tokens', 8, text('a'));
  raw.entries[3] = array('tokenizer.ggml.token_type', 5, u32(1));
});
replaceEntry(
  'byte token <0x-1>',
  /byte token 1/,
  2,
  array('tokenizer.ggml.tokens', 8, text('a'), text('<0x-1>')),
);
addEntry(
  'scores as i8',
  /array of i8/,
  array('tokenizer.ggml.scores', 1, Buffer.alloc(1), Buffer.alloc(1)),
);
addEntry('one score for two tokens', /1 entries for 2/, array('tokenizer.ggml.scores', 6, u32(0)));
addEntry('merges as numbers', /array of u32/, array('tokenizer.ggml.merges', 4, u32(1)));
addEntry(
  'character map as i32',
  /array of i32/,
  array('tokenizer.ggml.precompiled_charsmap', 5, u32(1)),
);

for (const layers of [0, 513, 0xffffffff])
  replaceEntry(`${layers} layers`, /block_count/, 1, entry('llama.block_count', 4, u32(layers)));
replaceEntry('layers as string', /type string/, 1, entry('llama.block_count', 8, text('1')));
replaceEntry('architecture as number', /type u32/, 0, entry('general.architecture', 4, u32(1)));
addEntry('1,025 experts', /expert_count/, entry('llama.expert_count', 4, u32(1025)));
addEntry('experts without use', /0 of 8 experts/, entry('llama.expert_count', 4, u32(8)));
addEntry('use without experts', /2 of 0 experts/, entry('llama.expert_used_count', 4, u32(2)));
addEntry('unknown rope scaling', /rope scaling/, entry('llama.rope.scaling.type', 8, text('warp')));
addEntry(
  'heads that do not share keys evenly',
  /no multiple of 3/,
  entry('llama.attention.head_count', 4, u32(4)),
  entry('llama.attention.head_count_kv', 4, u32(3)),
);
addEntry(
  'more heads than dimensions',
  /more than the 8/,
  entry('llama.attention.head_count', 4, u32(16)),
  entry('llama.embedding_length', 4, u32(8)),
);

changeTensor('empty tensor name', /tensor 1 has 0 bytes/, { name: Buffer.alloc(0) });
changeTensor('tensor name of 64 bytes', /has 64 bytes/, { name: Buffer.alloc(64, 'n') });
changeTensor('tensor name with a zero byte', /control/, { name: Buffer.from('a\0b') });
changeTensor('tensor name that is no UTF-8', /no UTF-8/, { name: Buffer.from([0xff, 0xfe]) });
changeTensor('duplicate tensor', /occurs twice/, { name: Buffer.from('token_embd.weight') });
for (const dimensions of [0, 5, 0xffffffff])
  changeTensor(`${dimensions} dimensions`, /dimensions, allowed/, { dimensions });
for (const length of [0n, 2n ** 31n + 1n, 2n ** 63n, wrapping])
  changeTensor(`dimension of ${length}`, /has a dimension of/, { ne: [length] });
changeTensor('zero as second dimension', /dimension of 0/, { ne: [16n, 0n] });
changeTensor('product that wraps to zero', /needs \d+ bytes/, {
  ne: [2n ** 31n, 2n ** 31n, 4n, 1n],
});
changeTensor('product that wraps to 64 bytes', /needs \d+ bytes/, {
  ne: [2n ** 31n, 2n ** 31n, 2n ** 31n, 2n ** 31n],
});
for (const type of [4, 5, 31, 33, 36, 38, 43, 255, 0xffffffff])
  changeTensor(`tensor type ${type}`, /unknown or removed/, { type });
changeTensor('row that is no multiple of a block', /no multiple of the Q8_0/, {
  type: 8,
  ne: [16n],
});
changeTensor('row of 128 in a 256 block', /no multiple of the Q4_K/, { type: 12, ne: [128n] });
changeTensor('tensor larger than the file', /needs 4096 bytes/, { ne: [1024n] });
changeTensor('tensor that ends behind the file', /ends at byte/, { ne: [17n] });
changeTensor('overlapping tensors', /lies at 32/, { offset: 32n });
changeTensor('tensors at one place', /lies at 0/, { offset: 0n });
changeTensor('offset off the alignment', /lies at 68/, { offset: 68n });
changeTensor('hole between tensors', /lies at 96/, { offset: 96n });
for (const offset of [huge, 2n ** 63n, wrapping])
  changeTensor(`offset ${offset}`, /lies at/, { offset });
breakRaw('no data', /ends at byte|needs \d+ bytes/, (raw) => (raw.dataBytes = 0));
breakRaw('last byte missing', /ends at byte/, (raw) => (raw.dataBytes = 127));

/** Broken files of every class that has crashed or exhausted a native loader. */
export const malformedFiles: readonly MalformedGguf[] = broken;
