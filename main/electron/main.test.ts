import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventually } from './testing/eventually.ts';
import { killCore, runningCores, startDesktop } from './testing/start-desktop.ts';
import { StandInPage } from './testing/stand-in-page.ts';

const line = (number: number) =>
  JSON.stringify({ conversations: [`Question ${number}?`, `Answer ${number}.`], source: 'x' });

describe('the window', () => {
  test('gives a page no Node, no Electron and no way out of the sandbox', async () => {
    const electron = await startDesktop();
    await eventually(() => expect(electron.windows[0]?.isShown).toBe(true));
    const [window] = electron.windows;
    expect(window?.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    });
    expect(window?.options.backgroundColor).toBe('#16181d');
    expect(electron.app.isSandboxed).toBe(true);
    expect(window?.webContents.mainFrame.url).toBe('app://workbench/');
    const { exposed } = new StandInPage(electron);
    expect(Object.keys(exposed)).toEqual(['limaDesktop']);
    expect(Object.keys(exposed['limaDesktop'] ?? {})).toEqual(['connect', 'pathOf']);
    expect(exposed['limaDesktop']?.['pathOf']?.({ path: '/data/a.jsonl' })).toBe('/data/a.jsonl');
  });

  test('writes down where it was when it closes', async () => {
    const first = await startDesktop();
    await eventually(() => expect(first.windows[0]?.isShown).toBe(true));
    first.windows[0]?.close();
    expect(JSON.parse(readFileSync(join(first.userDataDir, 'window.json'), 'utf8'))).toEqual({
      x: 40,
      y: 50,
      width: 1000,
      height: 700,
      isMaximized: true,
    });
  });

  test('is the only one: a second start quits without a window and without a core', async () => {
    const electron = await startDesktop((standIn) => (standIn.isSecondInstance = true));
    await expect(electron.app.exited).resolves.toBe(0);
    expect(electron.windows).toEqual([]);
    expect(runningCores()).toEqual([]);
  });
});

describe('the pipe', () => {
  test('carries calls and typed errors of two connections at once', async () => {
    const electron = await startDesktop();
    await eventually(() => expect(electron.windows).toHaveLength(1));
    const page = new StandInPage(electron);
    const [one, other] = [page.connect(), page.connect()];
    const path = join(electron.folder, 'Größe 🧪.lima');
    const info = await one.client.app.info();
    expect(info).toMatchObject({ shell: 'desktop', hasNativeDialogs: true, fileRoots: [] });
    await one.client.project.create({ path });
    await expect(other.client.project.current()).resolves.toMatchObject({ path });
    await expect(other.client.project.create({ path })).rejects.toMatchObject({
      code: 'FILE_EXISTS',
    });
  });

  test('ends the streams of a page that went away and keeps the others', async () => {
    const electron = await startDesktop();
    await eventually(() => expect(electron.windows).toHaveLength(1));
    const page = new StandInPage(electron);
    const [gone, stays] = [page.connect(), page.connect()];
    const goneCommands = await gone.client.app.commands();
    const commands = await stays.client.app.commands();
    const lost = goneCommands.next();
    const waiting = commands.next();
    gone.port.close();
    await expect(lost).rejects.toThrow(/abort|closed/i);
    await stays.client.app.info();
    electron.clickMenu('&File', '&New Project…');
    await expect(waiting).resolves.toMatchObject({ value: { command: 'new-project' } });
  });

  test.each([
    ['another address', { url: 'https://example.org/', parent: null }],
    ['a lookalike host', { url: 'app://workbench.evil/', parent: null }],
    [
      'a frame inside the page',
      { url: 'app://workbench/', parent: { url: 'app://workbench/', parent: null } },
    ],
  ])('refuses a port from %s', async (_, frame) => {
    const electron = await startDesktop();
    await eventually(() => expect(electron.windows).toHaveLength(1));
    const { closed, client } = new StandInPage(electron, frame).connect();
    const call = client.app.info();
    await closed;
    await expect(call).rejects.toThrow(/abort|closed/i);
  });

  test('is closed by a message that is not RPC, and the core survives it', async () => {
    const electron = await startDesktop();
    await eventually(() => expect(electron.windows).toHaveLength(1));
    const page = new StandInPage(electron);
    const hostile = page.connect();
    hostile.port.postMessage({ channel: 'quit' }, []);
    await hostile.closed;
    await expect(page.connect().client.app.info()).resolves.toMatchObject({ shell: 'desktop' });
  });
});

describe('dialogs and menu', () => {
  test.each([
    ['open-project', 'open', { canceled: false, filePaths: ['/data/a.lima'] }, '/data/a.lima'],
    ['new-project', 'save', { canceled: false, filePath: '/data/b.lima' }, '/data/b.lima'],
    ['model', 'open', { canceled: true, filePaths: [] }, null],
    ['save', 'save', { canceled: true, filePath: '' }, null],
  ] as const)('answer %s with what the person chose', async (purpose, kind, answer, path) => {
    const electron = await startDesktop();
    await eventually(() => expect(electron.windows).toHaveLength(1));
    const { client } = new StandInPage(electron).connect();
    const picked = client.files.pick({ purpose });
    const dialog = await electron.nextDialog();
    dialog.answer(answer);
    expect(dialog.kind).toBe(kind);
    await expect(picked).resolves.toEqual({ path });
  });

  test('list an opened project among the recent ones, and open it from there', async () => {
    const electron = await startDesktop();
    await eventually(() => expect(electron.windows).toHaveLength(1));
    const { client } = new StandInPage(electron).connect();
    const path = join(electron.folder, 'first & best.lima');
    await client.project.create({ path });
    await eventually(() => expect(electron.app.recentDocuments).toEqual([path]));
    const commands = await client.app.commands();
    electron.clickMenu('&File', 'Open &Recent', 'first && best');
    const { value } = await commands.next();
    expect(value).toEqual({ command: 'open-project', path });
  });

  test('offer commands for projects, editing, the view and help', async () => {
    const electron = await startDesktop();
    await eventually(() => expect(electron.windows).toHaveLength(1));
    for (const labels of [
      ['&File', '&Open Project…'],
      ['&File', '&Close Project'],
      ['editMenu'],
      ['&View', 'Switch &Theme'],
      ['&View', 'zoomIn'],
      ['&View', 'zoomOut'],
      ['&View', 'reload'],
      ['help', '&Keyboard Shortcuts'],
      ['help', '&About Lima Workbench…'],
      ['&File', '&Settings…'],
    ])
      expect(electron.menuItem(...labels)).toBeDefined();
  });

  test('open the project a second start was given, even before the page listens', async () => {
    const electron = await startDesktop();
    await eventually(() => expect(electron.windows).toHaveLength(1));
    electron.app.emit('second-instance', {}, ['lima-workbench', '/data/shared.lima']);
    const commands = await new StandInPage(electron).connect().client.app.commands();
    const { value } = await commands.next();
    expect(value).toEqual({ command: 'open-project', path: '/data/shared.lima' });
  });
});

/** An import that takes a while, begun in the only window. */
async function busyApp() {
  const electron = await startDesktop();
  await eventually(() => expect(electron.windows).toHaveLength(1));
  const { client } = new StandInPage(electron).connect();
  await client.project.create({ path: join(electron.folder, 'busy.lima') });
  const path = join(electron.folder, 'many.jsonl');
  writeFileSync(path, Array.from({ length: 200_000 }, (_, number) => line(number)).join('\n'));
  const { jobId } = await client.imports.start({ path });
  await eventually(async () =>
    expect((await client.jobs.get({ id: jobId })).state).toBe('running'),
  );
  await eventually(() => expect(electron.blockers.size).toBe(1));
  const [window] = electron.windows;
  if (!window) throw new Error('The window went.');
  return { electron, client, jobId, window };
}

describe('closing the window', () => {
  test('ends the app when nothing is under way', async () => {
    const electron = await startDesktop();
    await eventually(() => expect(electron.windows).toHaveLength(1));
    await new StandInPage(electron).connect().client.app.info();
    electron.windows[0]?.close();
    electron.app.emit('window-all-closed');
    await expect(electron.app.exited).resolves.toBe(0);
  });

  test('while a job runs asks, says what goes on, and stays open until that is answered', async () => {
    const { electron, client, jobId, window } = await busyApp();
    window.close();
    expect(electron.windows).toEqual([window]);
    const dialog = await electron.nextDialog();
    const { options } = dialog;
    expect(options.message).toBe('1 job is not done yet.');
    expect(options.detail).toContain('“Import many.jsonl”');
    expect(options.buttons).toEqual(['Keep It Running', 'Stop and Quit', 'Cancel']);
    dialog.answer({ response: 2 });
    expect((await client.jobs.get({ id: jobId })).state).toBe('running');
    expect(electron.windows).toEqual([window]);
  });

  test('does not end a job that is kept: it goes on, and a new window finds it', async () => {
    const { electron, jobId, window } = await busyApp();
    window.close();
    (await electron.nextDialog()).answer({ response: 0 });
    await eventually(() => expect(electron.windows).toEqual([]));
    electron.app.emit('second-instance', {}, ['lima-workbench']);
    await eventually(() => expect(electron.windows[0]?.isShown).toBe(true));
    const again = new StandInPage(electron).connect().client;
    expect((await again.jobs.get({ id: jobId })).state).toBe('running');
    await again.jobs.cancel({ id: jobId });
    await eventually(() => expect(electron.blockers.size).toBe(0));
  });

  test('quitting asks as well, and stops the job once a person says so', async () => {
    const { electron } = await busyApp();
    electron.app.quit();
    (await electron.nextDialog()).answer({ response: 1 });
    await expect(electron.app.exited).resolves.toBe(0);
    expect(runningCores()).toEqual([]);
  });
});

describe('the core', () => {
  test('is offered a restart after a crash, and pages can connect again', async () => {
    const electron = await startDesktop();
    await eventually(() => expect(electron.windows).toHaveLength(1));
    const page = new StandInPage(electron);
    const before = page.connect();
    await before.client.app.info();
    killCore();
    const dialog = await electron.nextDialog();
    await before.closed;
    expect(dialog.options.detail).toContain('signal SIGKILL');
    const early = page.connect();
    await early.closed;
    dialog.answer({ response: 0 });
    await eventually(() => expect(runningCores()).toHaveLength(1));
    await expect(page.connect().client.app.info()).resolves.toMatchObject({ shell: 'desktop' });
  });

  test('takes the app with it when the person says so after a crash', async () => {
    const electron = await startDesktop();
    await eventually(() => expect(runningCores()).toHaveLength(1));
    killCore();
    (await electron.nextDialog()).answer({ response: 1 });
    await expect(electron.app.exited).resolves.toBe(0);
    expect(runningCores()).toEqual([]);
  });

  test('puts the project back into one file before the app ends', async () => {
    const electron = await startDesktop();
    await eventually(() => expect(electron.windows).toHaveLength(1));
    const { client } = new StandInPage(electron).connect();
    await client.project.create({ path: join(electron.folder, 'whole.lima') });
    expect(existsSync(join(electron.folder, 'whole.lima-wal'))).toBe(true);
    electron.windows[0]?.close();
    await expect(electron.app.exited).resolves.toBe(0);
    const left = readdirSync(electron.folder).filter((name) => name.startsWith('whole.lima'));
    expect(left.filter((name) => name !== 'whole.lima.d')).toEqual(['whole.lima']);
    expect(runningCores()).toEqual([]);
  });
});
