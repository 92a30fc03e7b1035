import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAppHandler } from './app-protocol.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-protocol-'));
const page = join(folder, 'page');
let handle: Awaited<ReturnType<typeof createAppHandler>>;

beforeAll(async () => {
  mkdirSync(join(page, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(page, 'index.html'), '<!doctype html>');
  writeFileSync(join(page, 'assets/main-0a1b2c3d.js'), 'export {};');
  writeFileSync(join(page, 'assets/main.css'), 'b{}');
  writeFileSync(join(page, 'assets/icon.svg'), '<svg/>');
  writeFileSync(join(page, 'assets/font.woff2'), 'f');
  symlinkSync(join(folder, 'secret.txt'), join(page, 'link.txt'));
  handle = await createAppHandler(page);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the app:// protocol', () => {
  test.each([
    ['', 'text/html; charset=utf-8'],
    ['index.html', 'text/html; charset=utf-8'],
    ['assets/main-0a1b2c3d.js', 'text/javascript; charset=utf-8'],
    ['assets/main.css?v=1#top', 'text/css; charset=utf-8'],
    ['assets/icon.svg', 'image/svg+xml'],
    ['assets/font.woff2', 'font/woff2'],
  ])('serves /%s as %s under the policy', async (path, type) => {
    const response = handle(new Request(`app://workbench/${path}`));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const policy = response.headers.get('content-security-policy')?.split('; ');
    expect(policy).toEqual(expect.arrayContaining(["default-src 'none'", "script-src 'self'"]));
    expect(policy?.join('; ')).not.toMatch(/unsafe-eval|https?:|\*|script-src[^;]*unsafe/);
    expect((await response.text()).length).toBeGreaterThan(0);
  });

  test.each([
    '../secret.txt',
    '..%2fsecret.txt',
    '%2e%2e/secret.txt',
    '%2e%2e%2fsecret.txt',
    '..%252fsecret.txt',
    '..\\secret.txt',
    '..%5csecret.txt',
    '....//secret.txt',
    'assets/../../secret.txt',
    'assets/..%00/secret.txt',
    '%2fetc/passwd',
    '/etc/passwd',
    '//etc/passwd',
    'file:///etc/passwd',
    'C:/Windows/win.ini',
    'link.txt',
    'index.html%00.js',
    'INDEX.HTML',
    'assets',
    'assets/',
    'constructor',
    '__proto__',
  ])('has nothing at %s', async (path) => {
    const response = handle(new Request(`app://workbench/${path}`));
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('secret');
  });

  test.each([
    ['POST', 'app://workbench/', 405],
    ['DELETE', 'app://workbench/index.html', 405],
    ['GET', 'app://other/index.html', 403],
    ['GET', 'app://workbench.evil/index.html', 403],
    ['GET', 'app://workbench:1/index.html', 403],
    ['GET', 'http://workbench/index.html', 403],
  ])('refuses %s %s', (method, url, status) => {
    const response = handle(new Request(url, { method }));
    expect(response.status).toBe(status);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('says what to do when the page was not built', async () => {
    await expect(createAppHandler(join(page, 'assets'))).rejects.toThrow('npm run build:renderer');
  });
});
