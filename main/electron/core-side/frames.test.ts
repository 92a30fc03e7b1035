import { expect, test } from 'vitest';
import { decodeRpcData, encodeRpcData, type RpcData } from './frames.ts';

const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);

/** What the IPC channel does to a frame. */
const cross = (data: RpcData): RpcData => JSON.parse(JSON.stringify(data));

test.each([
  ['a buffer', bytes.buffer],
  ['bytes', bytes],
  ['a view into a larger buffer', new DataView(new Uint8Array([9, ...bytes, 9]).buffer, 1, 256)],
])('%s crosses without losing or gaining a byte', (_, data) => {
  expect(decodeRpcData(cross(encodeRpcData(data)))).toEqual(bytes);
});

test('text crosses as it is, lone surrogates and line ends included', () => {
  const text = '{"a":"ß\u2028\r\n\ud800"}';
  expect(decodeRpcData(cross(encodeRpcData(text)))).toBe(text);
});

test.each([[null], [undefined], [7], [{ channel: 'quit' }]])('%s is refused', (data) => {
  expect(() => encodeRpcData(data)).toThrow('must be text or binary');
});
