import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';
import { findElectronBinary } from '../main/headless/launch/checkout.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const downloadTimeoutMs = 180_000;

/** A Chromium to test in, and where it was found. */
export interface FoundBrowser {
  path: string;
  origin: string;
}

/** Looks for a Chromium: CHROMIUM_PATH, then PATH, then Playwright's own download. */
export function findBrowser(environment = process.env): FoundBrowser | undefined {
  const given = environment['CHROMIUM_PATH'];
  if (given) {
    if (!isExecutable(given)) throw new Error(`CHROMIUM_PATH names no program: ${given}`);
    return { path: given, origin: 'CHROMIUM_PATH' };
  }
  const folders = (environment['PATH'] ?? '').split(delimiter);
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const path = onPath.find(isExecutable);
  if (path) return { path, origin: 'PATH' };
  const own = chromium.executablePath();
  return existsSync(own) ? { path: own, origin: 'Playwright' } : undefined;
}

/** Gets a Chromium where there is none: Playwright's download, or Debian's package as root. */
export function installBrowser(): FoundBrowser {
  const cli = join(
    createRequire(import.meta.url).resolve('@playwright/test/package.json'),
    '../cli.js',
  );
  run(process.execPath, [cli, 'install', 'chromium']);
  const downloaded = findBrowser();
  if (downloaded) return downloaded;
  if (process.getuid?.() === 0) {
    run('apt-get', ['update']);
    run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium']);
  }
  const installed = findBrowser();
  if (installed) return installed;
  throw new Error(
    'There is no Chromium and none could be installed: set CHROMIUM_PATH, or install the ' +
      'package "chromium".',
  );
}

/** The installed Electron program when it and a display are there; never imports the package. */
export function findDesktop(): { path: string } | { missing: string } {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY'])
    return { missing: 'this machine has no display' };
  return findElectronBinary();
}

function run(command: string, args: string[]): void {
  console.log(`$ ${command} ${args.join(' ')}`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync(command, args, { stdio: 'inherit', env: environment, timeout: downloadTimeoutMs });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there or not a program: the next candidate is tried.
    return false;
  }
}
