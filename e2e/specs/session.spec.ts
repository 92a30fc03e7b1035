import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { ShellPage } from '../pages/shell-page.ts';
import { WebWorkbench, type Workbench } from '../workbench.ts';

/** Signing in exists in a browser only; the desktop window has a port that nobody else can ask. */
function inBrowser(workbench: Workbench): WebWorkbench {
  test.skip(!(workbench instanceof WebWorkbench), 'the desktop window has no sign-in');
  if (!(workbench instanceof WebWorkbench)) throw new Error('not in a browser');
  return workbench;
}

const welcome = (page: Page) => page.getByRole('button', { name: 'New project' });
const signInPage = (page: Page) => page.getByText('Open the address that the server printed');

test('a signed-in browser stays so through a reload, in a second tab and beside another', async ({
  workbench,
}) => {
  const { page } = inBrowser(workbench);
  await expect(welcome(page)).toBeVisible();
  expect(page.url()).not.toContain('token');
  await page.reload();
  await expect(welcome(page)).toBeVisible();
  const second = await page.context().newPage();
  await second.goto(page.url());
  await expect(welcome(second)).toBeVisible();
  await second.getByRole('button', { name: 'Theme: system' }).click();
  await expect(welcome(page)).toBeVisible();
});

test('the printed address signs in as often as it is opened, in a browser that was signed out too', async ({
  workbench,
}) => {
  const web = inBrowser(workbench);
  const { page } = web;
  const stranger = await page.context().browser()?.newContext();
  const other = await stranger?.newPage();
  if (!stranger || !other) throw new Error('no second browser');
  await other.goto(page.url());
  await expect(signInPage(other)).toBeVisible();
  // The same page with a fragment is not loaded again: it has to notice by itself.
  await other.goto(web.address);
  await expect(welcome(other)).toBeVisible();
  await stranger.close();
});

test('signing out ends every tab, keeps what they show, and the printed address brings them back', async ({
  workbench,
}) => {
  const web = inBrowser(workbench);
  const { page } = web;
  const shell = new ShellPage(workbench);
  await shell.createProject('draft');
  const second = await page.context().newPage();
  await second.goto(page.url());
  await expect(second.getByRole('button', { name: 'draft', exact: true })).toBeVisible();
  await shell.runCommand('Sign out of this browser…');
  await page.getByRole('button', { name: 'Sign out' }).click();
  for (const tab of [page, second]) {
    await expect(tab.getByRole('alert').filter({ hasText: 'Signed out' })).toBeVisible();
    await expect(tab.getByRole('button', { name: 'draft', exact: true })).toBeVisible();
  }
  await second.goto(web.address);
  for (const tab of [page, second])
    await expect(tab.getByRole('alert').filter({ hasText: 'Signed out' })).toHaveCount(0);
  await expect(shell.projectButton('draft')).toBeVisible();
});

test('a program that takes over the port of a server that ended is told nothing it can use', async ({
  workbench,
  pageProblems,
}) => {
  const web = inBrowser(workbench);
  const { page } = web;
  await expect(welcome(page)).toBeVisible();
  const key = await page.evaluate(() => localStorage.getItem('lima-session-key'));
  expect(key).toMatch(/^[\w-]{43}$/);
  const port = Number(new URL(web.address).port);
  await web.endServer();
  const heard: string[] = [];
  const neighbour = createServer((request: IncomingMessage, response) => {
    heard.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
    request.setEncoding('utf8').on('data', (text: string) => heard.push(text));
    const answer = { serverNonce: 'A'.repeat(43), proof: 'A'.repeat(43) };
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer));
  });
  neighbour.on('upgrade', (request, socket) => {
    heard.push(`upgrade ${JSON.stringify(request.headers)}`);
    socket.destroy();
  });
  neighbour.listen(port, '127.0.0.1');
  await once(neighbour, 'listening');
  const banner = page.getByRole('alert').filter({ hasText: 'Another program answers' });
  await expect(banner).toBeVisible({ timeout: 20_000 });
  neighbour.closeAllConnections();
  neighbour.close();
  expect(heard.length).toBeGreaterThan(0);
  expect(heard.filter((text) => text.startsWith('upgrade'))).toEqual([]);
  expect(heard.join('\n')).not.toContain(key ?? '');
  pageProblems.splice(0);
});
