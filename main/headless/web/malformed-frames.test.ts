import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { closeCodeAfter, frameBytes, type RawFrame } from '../testing/raw-frames.ts';
import { openWebSite, openWindow, type WebSite } from '../testing/web-site.ts';
import { RefusalLog } from './rpc-socket.ts';

let site: WebSite;
let other: WebSocket;
let onStandardError: string[];
beforeAll(async () => {
  site = await openWebSite();
  other = await openWindow(site);
});
afterAll(async () => {
  other.terminate();
  await site[Symbol.asyncDispose]();
});
beforeEach(() => {
  onStandardError = [];
  const keep = (text: unknown) => onStandardError.push(String(text)) > 0;
  vi.spyOn(console, 'error').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const text = 1;
const binary = 2;
const ping = 9;
const invalidUtf8 = Buffer.from([0xc3, 0x28]);
const call = JSON.stringify({ i: '1', p: { u: '/app/info' } });

/** Name, close code, frames. */
const cases: [string, number | null, RawFrame[]][] = [
  ['an unknown opcode', 1002, [{ opcode: 3 }]],
  ['an unknown control opcode', 1002, [{ opcode: 11 }]],
  ['a reserved bit', 1002, [{ opcode: text, payload: call, reservedBits: 1 }]],
  ['the bit of a compression that was not agreed', 1002, [{ opcode: text, reservedBits: 4 }]],
  ['a frame without a mask', 1002, [{ opcode: text, payload: call, mask: false }]],
  ['a continuation of nothing', 1002, [{ opcode: 0, payload: 'x' }]],
  ['a message inside another', 1002, [{ opcode: text, isFinal: false }, { opcode: text }]],
  ['a ping of 126 bytes', 1002, [{ opcode: ping, payload: 'x'.repeat(126) }]],
  ['a ping in fragments', 1002, [{ opcode: ping, isFinal: false }]],
  ['a close frame of one byte', 1002, [{ opcode: 8, payload: 'x' }]],
  ['a close code that is not allowed', 1002, [{ opcode: 8, payload: Buffer.from([3, 237]) }]],
  ['a text that is not UTF-8', 1007, [{ opcode: text, payload: invalidUtf8 }]],
  [
    'a close reason that is not UTF-8',
    1007,
    [{ opcode: 8, payload: Buffer.concat([Buffer.from([3, 232]), invalidUtf8]) }],
  ],
  ['a frame that announces 17 MB', 1009, [{ opcode: text, claimedBytes: 17 * 1024 * 1024 }]],
  ['a frame that announces 2^53 bytes', 1009, [{ opcode: text, claimedBytes: 2 ** 53 }]],
  [
    '17 MB in fragments',
    1009,
    Array.from({ length: 17 }, (_, index) => ({
      opcode: index === 0 ? text : 0,
      isFinal: false,
      payload: Buffer.alloc(1024 * 1024, 0x20),
    })),
  ],
  ['a binary message', 1003, [{ opcode: binary, payload: call }]],
  ['an empty text', 1007, [{ opcode: text }]],
  ['a text that is not JSON', 1007, [{ opcode: text, payload: '\u001b[2J{' }]],
  ['JSON in an array', 1007, [{ opcode: text, payload: '[]' }]],
  ['null', 1007, [{ opcode: text, payload: 'null' }]],
  ['JSON without a path', 1007, [{ opcode: text, payload: '{"i":1}' }]],
  ['a path that is no text', 1007, [{ opcode: text, payload: '{"i":"1","p":{"u":{}}}' }]],
  ['a path that is no address', 1007, [{ opcode: text, payload: '{"i":"1","p":{"u":"x"}}' }]],
  [
    'headers that are no texts',
    1007,
    [{ opcode: text, payload: '{"i":"1","p":{"u":"/app/info","h":{"content-type":{}}}}' }],
  ],
  [
    'a form that is none',
    1007,
    [
      {
        opcode: text,
        payload: '{"i":"1","p":{"u":"/app/info","h":{"content-type":"multipart/form-data"}}}',
      },
    ],
  ],
  ['an event of no stream', 1007, [{ opcode: text, payload: '{"i":"1","t":3}' }]],
  ['half a frame and the end', null, [{ opcode: text, payload: 'x', claimedBytes: 100 }]],
  ['half a message and the end', null, [{ opcode: text, payload: '{', isFinal: false }]],
];

describe('a connection that sends what is no call', () => {
  it.each(cases)('ends after %s with code %s, in silence, and alone', async (_, code, frames) => {
    const bytes = Buffer.concat(frames.map((frame) => frameBytes(frame)));
    expect(await closeCodeAfter(site, bytes, code === null)).toBe(code);
    expect(onStandardError).toEqual([]);
    other.send(call);
    const [answer]: unknown[] = await once(other, 'message');
    expect(String(answer)).toContain('"shell":"web"');
  });

  it('gets no answer to calls behind the wrong one', async () => {
    const wrong = frameBytes({ opcode: text, payload: 'x' });
    const right = frameBytes({ opcode: text, payload: call });
    expect(await closeCodeAfter(site, Buffer.concat([wrong, right]))).toBe(1007);
  });

  it('leaves ten lines a minute in the log, without a stack or what was sent', () => {
    const written = readFileSync(site.core.context.core.log.path, 'utf8');
    const lines = written.split('\n').filter((line) => line !== '');
    expect(lines.length).toBeGreaterThan(0);
    // A minute may end while the cases run.
    expect(lines.length).toBeLessThanOrEqual(21);
    expect(
      lines.filter(
        (line) => !/^\S+ web: (a connection was|\d+ more connections were) ended/.test(line),
      ),
    ).toEqual([]);
    expect(written).not.toContain('\u001b');
  });
});

describe('the log of ended connections', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('takes ten lines a minute and then says how many there were', () => {
    vi.useFakeTimers();
    const lines: string[] = [];
    const refusals = new RefusalLog((line) => lines.push(line));
    for (let index = 0; index < 1000; index++) refusals.add('wrong');
    expect(lines).toHaveLength(10);
    vi.advanceTimersByTime(60_000);
    refusals.add('wrong again');
    expect(lines.slice(10)).toEqual([
      'web: 990 more connections were ended in that minute',
      'web: a connection was ended: wrong again',
    ]);
  });
});
