import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { completion, sendError, sendJson, StandInEndpoint } from '../testing/stand-in-endpoint.ts';
import { EndpointClient } from './endpoint-client.ts';
import { ExchangeError } from './endpoint-error.ts';
import { NetworkSettings } from './network-settings.ts';
import { ProjectNetwork } from './project-network.ts';
import { RequestLog } from './request-log.ts';

let folder = '';
let server: StandInEndpoint;
let log: RequestLog;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lima-endpoint-'));
  server = await StandInEndpoint.start();
  log = new RequestLog(folder, 'p');
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const key = 'sk-planted-key';
const clientOf = (retries = 0, timeoutMs = 5000) =>
  new EndpointClient(server.baseUrl, { key, log, purpose: 'test', retries, timeoutMs });

const ask = (retries = 0, signal = new AbortController().signal) =>
  clientOf(retries).chat({ model: 'smol', messages: [{ role: 'user', content: 'hi' }] }, signal);

async function failureOf(call: Promise<unknown>): Promise<ExchangeError> {
  const error = await call.then(() => undefined).catch((thrown: unknown) => thrown);
  if (error instanceof ExchangeError) return error;
  throw new Error('The call did not fail as it should', { cause: error });
}

/** Writes for ever, as fast as it is read. */
function flood(response: ServerResponse): true {
  response.writeHead(200, { 'content-type': 'application/json' });
  const chunk = Buffer.alloc(1024 * 1024, ' ');
  const write = () => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', write);
  };
  write();
  return true;
}

const html = (response: ServerResponse): true => {
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end('<html><body><h1>It works!</h1></body></html>');
  return true;
};

const strange: [what: string, act: (response: ServerResponse) => true, says: RegExp][] = [
  ['an endless body', flood, /sent more than 8.0 MiB, and was cut off/],
  ['a page', html, /something else than OpenAI’s API does \(“<html>/],
  ['no choices', (response) => sendJson(response, 200, { choices: [] }), /something else/],
  ['a number', (response) => sendJson(response, 200, 7), /something else/],
  [
    'a choice without a message',
    (response) => sendJson(response, 200, { choices: [{ message: null }] }),
    /something else/,
  ],
  [
    'headers of 100 kB',
    (response) => sendJson(response, 200, {}, { 'x-long': 'x'.repeat(100_000) }),
    /does not answer in HTTP as it should \(HPE_HEADER_OVERFLOW\)/,
  ],
  [
    'a packed body',
    (response) => sendJson(response, 200, {}, { 'content-encoding': 'gzip' }),
    /packed its response/,
  ],
  [
    'a cut body',
    (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"choices": [');
      setTimeout(() => response.destroy(), 20);
      return true;
    },
    /ended the connection in the middle/,
  ],
  [
    'no response at all',
    (response) => {
      response.destroy();
      return true;
    },
    /ended the connection in the middle/,
  ],
];

test.each(strange)(
  'an endpoint that sends %s is an error that says so, and is counted',
  async (...row) => {
    const [, act, says] = row;
    server.acts.set('', act);
    expect((await failureOf(ask())).message).toMatch(says);
    expect(log.read(10).total).toBe(1);
  },
);

test('a redirect is not followed: neither prompt nor key reaches another host', async () => {
  await using other = await StandInEndpoint.start();
  server.acts.set('', (response) => {
    response.writeHead(307, { location: `${other.baseUrl}/chat/completions` });
    response.end();
    return true;
  });
  const { message, failure } = await failureOf(ask(3));
  expect(message).toContain(`redirects to ${new URL(other.baseUrl).host}, which is not followed`);
  expect(failure).toBe('protocol');
  expect(other.heard).toEqual([]);
  expect(server.heard).toHaveLength(1);
});

test('an endpoint that sends one byte a while is left within two seconds of a cancel', async () => {
  let isGone = false;
  server.acts.set('', (response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write(' '), 50);
    response.on('close', () => {
      clearInterval(drip);
      isGone = true;
    });
    return true;
  });
  const cancel = new AbortController();
  const call = ask(3, cancel.signal);
  await expect.poll(() => server.heard.length).toBe(1);
  const startMs = Date.now();
  cancel.abort(new Error('cancelled'));
  await expect(call).rejects.toThrow('cancelled');
  expect(Date.now() - startMs).toBeLessThan(2000);
  await expect.poll(() => isGone).toBe(true);
});

test('a slow endpoint is given up after its time, and what it costs is told', async () => {
  server.acts.set('', () => true);
  const body = { model: 'smol', messages: [] };
  const call = clientOf(0, 300).chat(body, new AbortController().signal);
  expect((await failureOf(call)).message).toMatch(/no whole response within 0 seconds/);
  expect(log.read(1).requests[0]).toMatchObject({ status: null, error: 'stopped' });
});

test('names with control characters and lone surrogates come as text that can be stored', async () => {
  server.acts.set('', (response) =>
    sendJson(response, 200, {
      ...completion({ model: 'm', messages: [] }),
      model: `a\u0000\u001b[31m\ud800${'b'.repeat(5000)}`,
      system_fingerprint: { not: 'a text' },
      usage: { prompt_tokens: -5, completion_tokens: 'many' },
    }),
  );
  const said = await ask();
  expect(said.saidModel?.isWellFormed()).toBe(true);
  expect(said.saidModel).toHaveLength(500);
  expect(said).toMatchObject({ fingerprint: null, promptTokens: 0, outputTokens: 0 });
});

test('what passes is tried again, every attempt counted, and after as long as the server says', async () => {
  server.acts.set('', (response, _, times) => {
    if (times === 1) return sendError(response, 429, { message: 'slow' }, { 'retry-after': '0' });
    if (times === 2) return sendError(response, 503, { message: 'down' }, { 'retry-after': '0' });
    if (times > 3) return false;
    response.destroy();
    return true;
  });
  expect((await ask(4)).text).toBe('smol says hi');
  expect(log.read(10)).toMatchObject({
    total: 4,
    requests: [{ status: 200 }, { status: null }, { status: 503 }, { status: 429 }],
  });
});

test('a refusal is not tried again, and its words come without the key that they repeat', async () => {
  server.acts.set('', (response) =>
    sendError(response, 401, { message: `Incorrect API key provided: ${key}` }),
  );
  const error = await failureOf(ask(4));
  expect(error.message).toMatch(/answered 401: Incorrect API key provided: •••$/);
  expect(error).toMatchObject({ failure: 'refused', status: 401 });
  expect(server.heard).toHaveLength(1);
  expect(server.heard[0]?.headers.authorization).toBe(`Bearer ${key}`);
  expect(readFileSync(log.path, 'utf8')).not.toContain(key);
});

test('a log that is rolled over tells the newest requests, and how many there were in all', () => {
  const small = new RequestLog(join(folder, 'small'), 'p', 4000);
  const to = { origin: server.baseUrl, method: 'POST', path: '/v1/models', model: 'm' };
  const ended = { ms: 5, status: 200, receivedBytes: 7, error: null };
  for (let n = 1; n <= 100; n += 1)
    small.begin({ ...to, purpose: 'test', atMs: n, sentBytes: n })(ended);
  expect(readdirSync(join(folder, 'small', 'network'))).toHaveLength(2);
  const { total, requests } = small.read(12);
  expect(total).toBe(100);
  expect(requests.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 12 }, (_, n) => 100 - n));
  expect(requests[11]).toMatchObject({ sentBytes: 89, status: 200, receivedBytes: 7 });
});

test('the key of an endpoint that two projects ask goes with the second of them', () => {
  const settings = new NetworkSettings(folder);
  const one = new ProjectNetwork('one', settings, folder);
  const two = new ProjectNetwork('two', settings, folder);
  one.allow(server.baseUrl, key);
  two.allow(server.baseUrl, undefined);
  one.forget(server.baseUrl);
  expect(two.status().endpoints).toMatchObject([{ baseUrl: server.baseUrl, hasKey: true }]);
  two.forget(server.baseUrl);
  expect(settings.keyOf(server.baseUrl)).toBeUndefined();
});

test('nothing of the environment is sent, nor any header beside those of the request', async () => {
  await ask();
  expect(Object.keys(server.heard[0]?.headers ?? {}).toSorted()).toEqual([
    'accept',
    'accept-encoding',
    'authorization',
    'connection',
    'content-length',
    'content-type',
    'host',
    'user-agent',
  ]);
});

test('where the log cannot be written nothing is sent', async () => {
  writeFileSync(join(folder, 'file'), '');
  const unwritable = new RequestLog(join(folder, 'file'), 'p');
  const client = new EndpointClient(server.baseUrl, {
    key,
    log: unwritable,
    purpose: 'test',
    retries: 0,
    timeoutMs: 5000,
  });
  const call = client.models(new AbortController().signal);
  await expect(call).rejects.toThrow(/ENOTDIR|EEXIST/);
  expect(server.heard).toEqual([]);
});

test('an endpoint that is not there says so, whatever it is', async () => {
  const options = { key, log, purpose: 'test', retries: 0, timeoutMs: 5000 } as const;
  const models = (baseUrl: string) =>
    failureOf(new EndpointClient(baseUrl, options).models(new AbortController().signal));
  expect((await models('http://127.0.0.1:1/v1')).message).toMatch(/refuses connections/);
  expect((await models('http://nowhere.invalid/v1')).message).toMatch(/is not found|cannot be/);
  const secure = server.baseUrl.replace('http:', 'https:');
  expect((await models(secure)).failure).toBe('unreachable');
});
