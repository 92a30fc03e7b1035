import { describe, expect, test } from 'vitest';
import { eventually } from './testing/eventually.ts';
import type { ElectronStandIn } from './testing/electron-stand-in.ts';
import { startDesktop } from './testing/start-desktop.ts';

const permissions = [
  'clipboard-read',
  'clipboard-sanitized-write',
  'display-capture',
  'fileSystem',
  'fullscreen',
  'geolocation',
  'hid',
  'idle-detection',
  'keyboardLock',
  'local-network-access',
  'media',
  'mediaKeySystem',
  'midi',
  'midiSysex',
  'notifications',
  'openExternal',
  'pointerLock',
  'serial',
  'speaker-selection',
  'storage-access',
  'top-level-storage-access',
  'usb',
  'window-management',
];

async function openedWindow(electron: ElectronStandIn) {
  await eventually(() => expect(electron.windows[0]?.isShown).toBe(true));
  const [window] = electron.windows;
  if (!window) throw new Error('The window closed by itself.');
  return window.webContents;
}

test('a page gets no permission, no device, no download and no network', async () => {
  const electron = await startDesktop();
  await openedWindow(electron);
  const session = electron.session.defaultSession;
  const granted = permissions.filter(
    (name) => session.ask('permission', {}, name) || session.check('check', {}, name),
  );
  expect(granted).toEqual([]);
  const devices = ['hid', 'serial', 'usb'];
  expect(devices.filter((deviceType) => session.check('device', { deviceType }))).toEqual([]);
  expect(session.ask('pairing', {})).toEqual({ confirmed: false });
  expect(session.ask('display', {})).toBeNull();
  expect(session.choose('select-usb-device', {})).toEqual({
    isPrevented: true,
    chosen: [undefined],
  });
  expect(session.choose('select-hid-device', {})).toEqual({
    isPrevented: true,
    chosen: [undefined],
  });
  expect(session.choose('select-serial-port', [], {})).toEqual({ isPrevented: true, chosen: [''] });
  expect(session.choose('file-system-access-restricted', {}).chosen).toEqual(['deny']);
  expect(session.choose('will-download', {}, {}).isPrevented).toBe(true);
  expect(session.isSpellCheckerEnabled).toBe(false);
  expect(electron.app.switches.get('host-resolver-rules')).toBe('MAP * ~NOTFOUND');
});

test('a page reaches its own address and no other', async () => {
  const electron = await startDesktop();
  await openedWindow(electron);
  const isCancelled = (url: string) => electron.session.defaultSession.ask('request', { url });
  for (const url of [
    'https://example.org/',
    'http://127.0.0.1:8080/',
    'ws://localhost:9/',
    'wss://example.org/',
    'ftp://example.org/',
    'file:///etc/passwd',
    'data:text/html,x',
    'app://workbench.example.org/',
    'app://other/',
    'app://user@workbench/',
    'not an address',
  ])
    expect({ url, ...Object(isCancelled(url)) }).toEqual({ url, cancel: true });
  expect(isCancelled('app://workbench/assets/main.js')).toEqual({ cancel: false });
});

describe('a page stays where it is', () => {
  const elsewhere = [
    'https://example.org/',
    'http://localhost/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,<script>1</script>',
    'blob:app://workbench/1',
    'about:blank',
    'app://other/',
    'app://workbench/assets/main-0a1b2c3d.js',
  ];

  test('and cannot navigate, open windows, attach webviews or use Bluetooth', async () => {
    const contents = await openedWindow(await startDesktop());
    expect(elsewhere.filter((url) => contents.navigate(url))).toEqual([]);
    expect(elsewhere.filter((url) => contents.open(url) !== 'deny')).toEqual([]);
    expect(contents.mainFrame.url).toBe('app://workbench/');
    expect(contents.navigate('app://workbench/', false)).toBe(false);
    expect(contents.isAllowed('will-redirect', {})).toBe(false);
    expect(contents.isAllowed('will-attach-webview', {}, {})).toBe(false);
    expect(contents.isAllowed('select-bluetooth-device', [], () => undefined)).toBe(false);
    expect(contents.rtcPolicy).toBe('disable_non_proxied_udp');
  });

  test('but may reload itself', async () => {
    const contents = await openedWindow(await startDesktop());
    expect(contents.navigate('app://workbench/#/train')).toBe(true);
  });

  test('and is offered a reload after a crash', async () => {
    const electron = await startDesktop();
    const contents = await openedWindow(electron);
    contents.emit('render-process-gone', {}, { reason: 'oom' });
    const dialog = await electron.nextDialog();
    expect(dialog.options.detail).toContain('oom');
    dialog.answer({ response: 0 });
    await eventually(() => expect(contents.reloads).toBe(1));
  });
});
