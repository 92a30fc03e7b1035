import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRaw, type RawRequest } from '../testing/raw-request.ts';
import {
  getRequest,
  openSocket,
  openWebSite,
  pageText,
  postJson,
  secretText,
  signIn,
  withHeader,
  type WebSite,
} from '../testing/web-site.ts';

let site: WebSite;
beforeAll(async () => {
  site = await openWebSite();
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
});

/** Every kind of request the server answers, each valid until one header is spoilt. */
const routes: Record<string, () => RawRequest | Promise<RawRequest>> = {
  'GET /': () => getRequest(site, '/'),
  'HEAD /': () => getRequest(site, '/', 'HEAD'),
  'GET an asset': () => getRequest(site, '/assets/app-Ab12_-xY.js'),
  'GET an unknown path': () => getRequest(site, '/nothing'),
  'POST /session': () => signIn(site),
  'POST /session/challenge': () =>
    postJson(site, '/session/challenge', { pageNonce: 'A'.repeat(43) }),
  'upgrade /rpc': () => openSocket(site),
};
const sensitive = ['POST /session', 'POST /session/challenge', 'upgrade /rpc'];

/** What a spoilt request gave away; a refusal gives nothing. */
async function outcomeOf(request: RawRequest | undefined) {
  if (!request) throw new Error('unknown route');
  const { status, head, body } = await sendRaw(site.server.port, request);
  return {
    isRefused: status >= 400 && status < 500,
    hasTelltaleHeader: /set-cookie|access-control/i.test(head),
    leaks: body.includes(pageText) || body.includes(secretText),
  };
}

const refusal = { isRefused: true, hasTelltaleHeader: false, leaks: false };

it('answers every route when nothing is spoilt, so that the refusals below mean something', async () => {
  const statuses = [];
  for (const route of Object.values(routes))
    statuses.push((await sendRaw(site.server.port, await route())).status);
  expect(statuses).toEqual([200, 200, 200, 404, 200, 200, 101]);
});

describe('a host that is not exactly ours, as DNS rebinding sends it', () => {
  const hosts: Record<string, (port: number) => string[]> = {
    'a foreign name': () => ['evil.example'],
    'a rebound name with our port': (port) => [`evil.example:${port}`],
    'our address without a port': () => ['127.0.0.1'],
    'our address with another port': (port) => [`127.0.0.1:${port + 1}`],
    'a name that starts with our address': (port) => [`127.0.0.1.nip.io:${port}`],
    'the any-address': (port) => [`0.0.0.0:${port}`],
    'another loopback address': (port) => [`127.0.0.2:${port}`],
    'our address in short form': (port) => [`127.1:${port}`],
    'our address as one number': (port) => [`2130706433:${port}`],
    'localhost with a trailing dot': (port) => [`localhost.:${port}`],
    'localhost in capitals': (port) => [`LOCALHOST:${port}`],
    'credentials before our address': (port) => [`evil@127.0.0.1:${port}`],
    'a path after our address': (port) => [`127.0.0.1:${port}/evil`],
    'a list of hosts': (port) => [`127.0.0.1:${port}, evil.example`],
    'two headers, the first ours': (port) => [`127.0.0.1:${port}`, 'evil.example'],
    'an empty host': () => [''],
    'no host at all': () => [],
  };
  const cases = Object.keys(hosts).flatMap((host) =>
    Object.keys(routes).map((route) => [route, host] as const),
  );
  it.each(cases)('refuses %s with %s', async (route, host) => {
    const request = await routes[route]?.();
    const values = hosts[host]?.(site.server.port) ?? [];
    expect(await outcomeOf(request && withHeader(request, 'Host', values))).toEqual(refusal);
  });
});

describe('an origin that is not exactly the host asked', () => {
  const origins: Record<string, (port: number) => string[]> = {
    'a foreign site': () => ['http://evil.example'],
    'an opaque origin': () => ['null'],
    https: (port) => [`https://127.0.0.1:${port}`],
    'another port of this machine': (port) => [`http://127.0.0.1:${port + 1}`],
    'our other name': (port) => [`http://localhost:${port}`],
    'a name that starts with ours': (port) => [`http://127.0.0.1:${port}.evil.example`],
    'a trailing slash': (port) => [`http://127.0.0.1:${port}/`],
    'a file': () => ['file://'],
    'a browser extension': () => ['chrome-extension://abcdefghijklmnop'],
    'two origins': (port) => [`http://127.0.0.1:${port}`, 'http://evil.example'],
    'an empty origin': () => [''],
  };
  const cases = Object.keys(origins).flatMap((origin) =>
    Object.keys(routes).map((route) => [route, origin] as const),
  );
  it.each(cases)('refuses %s from %s', async (route, origin) => {
    const request = await routes[route]?.();
    const values = origins[origin]?.(site.server.port) ?? [];
    expect(await outcomeOf(request && withHeader(request, 'Origin', values))).toEqual(refusal);
  });
  it.each(sensitive)('refuses %s without any origin', async (route) => {
    const request = await routes[route]?.();
    expect(await outcomeOf(request && withHeader(request, 'Origin', []))).toEqual(refusal);
  });
});

describe('a browser that says the request comes from elsewhere', () => {
  const foreign = [
    ['cross-site'],
    ['same-site'],
    ['anything'],
    [''],
    ['same-origin', 'cross-site'],
  ];
  const cases = foreign.flatMap((values) =>
    Object.keys(routes).map((route) => [route, values] as const),
  );
  it.each(cases)('refuses %s with Sec-Fetch-Site %j', async (route, values) => {
    const request = await routes[route]?.();
    expect(await outcomeOf(request && withHeader(request, 'Sec-Fetch-Site', [...values]))).toEqual(
      refusal,
    );
  });
  it.each(sensitive)('refuses %s typed into the address bar', async (route) => {
    const request = await routes[route]?.();
    expect(await outcomeOf(request && withHeader(request, 'Sec-Fetch-Site', ['none']))).toEqual(
      refusal,
    );
  });
});

describe('methods', () => {
  const methods = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];
  const paths = ['/', '/assets/app-Ab12_-xY.js', '/rpc', '/session', '/session/end', '/nothing'];
  const cases = [...methods, 'GET', 'HEAD']
    .flatMap((method) => paths.map((path) => [method, path] as const))
    .filter(([method, path]) => !(/POST/.test(method) && path.startsWith('/session')))
    .filter(([method, path]) => !(/GET|HEAD/.test(method) && /^.(assets.*|nothing)?$/.test(path)));
  it.each(cases)('refuses %s %s even from our own page', async (method, path) => {
    const request = withHeader(getRequest(site, path, method), 'Origin', [site.origin]);
    expect(await outcomeOf(request)).toEqual(refusal);
  });
});

it('is no proxy: a CONNECT ends without an answer', async () => {
  const request = getRequest(site, 'evil.example:443', 'CONNECT');
  expect((await sendRaw(site.server.port, request)).status).toBe(0);
});

describe('paths that try to leave the page', () => {
  const targets = [
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/%252e%252e%252fsecret.txt',
    '/..%c0%afsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/assets/..\\..\\..\\secret.txt',
    '/./../secret.txt',
    '/....//secret.txt',
    '//secret.txt',
    '///etc/passwd',
    '/etc/passwd',
    '/%00',
    '/index.html%00.js',
    '/index.html/',
    '/assets',
    '/assets/',
    '/link.txt',
    '/__proto__',
    '/constructor',
    '/;/secret.txt',
    '*',
    'secret.txt',
    'file:///etc/passwd',
    'http://evil.example/',
  ];
  it.each(targets)('refuses GET %s', async (target) => {
    expect(await outcomeOf(getRequest(site, target))).toEqual(refusal);
  });
  it('refuses our own address as an absolute target, whose host would win over the header', async () => {
    expect(await outcomeOf(getRequest(site, `http://${site.host}/`))).toEqual(refusal);
  });
});

describe('upgrades', () => {
  it.each(['/', '/session', '/rpc/', '/rpc/x', '/RPC', '/%72pc', '//rpc', '/assets/rpc'])(
    'refuses to upgrade %s',
    async (target) => {
      expect(await outcomeOf({ ...(await openSocket(site)), target })).toEqual(refusal);
    },
  );
  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses an upgrade by %s', async (method) => {
    expect(await outcomeOf({ ...(await openSocket(site)), method })).toEqual(refusal);
  });
  const cookies: Record<string, () => string[]> = {
    'no cookie': () => [],
    'an empty cookie': () => [''],
    'an empty value': () => [`lima-${site.server.port}=`],
    'a wrong value': () => [`lima-${site.server.port}=${'A'.repeat(43)}`],
    'the token in its place': () => [`lima-${site.server.port}=${site.token}`],
    'the value cut short': () => [site.cookie.slice(0, -1)],
    'the value with more behind it': () => [`${site.cookie}A`],
    'the value in quotes': () => [site.cookie.replace(/=(.*)$/, '="$1"')],
    'another name': () => [site.cookie.replace(/^[^=]+/, 'lima-1')],
    'a crowd of planted ones before it': () => [
      `${`lima-${site.server.port}=x; `.repeat(20)}${site.cookie}`,
    ],
  };
  it.each(Object.keys(cookies))('refuses an upgrade with %s', async (name) => {
    const request = withHeader(await openSocket(site), 'Cookie', cookies[name]?.() ?? []);
    expect(await outcomeOf(request)).toEqual(refusal);
  });
  it.each([
    ['a planted value before it', () => [`lima-${site.server.port}=x; ${site.cookie}`]],
    ['a planted second header', () => [site.cookie, `lima-${site.server.port}=x`]],
  ])('lets the right cookie in with %s, since a neighbour may plant some', async (_, values) => {
    const request = withHeader(await openSocket(site), 'Cookie', values());
    expect((await sendRaw(site.server.port, request)).status).toBe(101);
  });
  it('refuses another protocol than WebSocket', async () => {
    expect(await outcomeOf(withHeader(await openSocket(site), 'Upgrade', ['h2c']))).toEqual(
      refusal,
    );
  });
});
