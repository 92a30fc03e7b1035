import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { freemem, homedir, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import { formatBytes } from '../../../shared/text/numbers.ts';
import { startInference, startTrainer } from '../../engines/start-engines.ts';
import { findElectronBinary, isRendererStale } from '../launch/checkout.ts';
import { hasDisplay } from '../launch/open-browser.ts';
import type { CoreClient } from '../cli/open-core.ts';
import { confinementFinding } from './confinement-check.ts';
import { ok, type Finding } from './finding.ts';

const noFiles = { reads: [], writes: [] };
const smallestNodeMajor = 24;
const smallestMemoryBytes = 2 * 2 ** 30;
const smallestDiskBytes = 5 * 2 ** 30;

/** Runs `check`; what it throws becomes a problem with this advice. */
async function attempt(
  name: string,
  advice: string,
  check: () => Promise<string>,
): Promise<Finding> {
  try {
    return ok(name, await check());
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { name, state: 'problem', detail, advice };
  }
}

/**
 * Everything that must be true of this machine, and what to do where it is not.
 * A project file is tried out in `scratchDir`, which the caller removes.
 */
export async function examineMachine(client: CoreClient, scratchDir: string): Promise<Finding[]> {
  const reinstall = 'Run "npm ci" on this machine, or reinstall the application.';
  return [
    nodeFinding(),
    await attempt('project file (better-sqlite3)', reinstall, () =>
      tryProjectFile(client, scratchDir),
    ),
    await attempt('trainer (koffi, ggml)', reinstall, tryTrainer),
    await attempt('inference (node-llama-cpp)', reinstall, tryInference),
    await confinementFinding(),
    pageFinding(),
    desktopFinding(),
    browserFinding(),
    memoryFinding(),
    await diskFinding(),
  ];
}

function nodeFinding(): Finding {
  const detail = `${process.version} at ${process.execPath}`;
  const isOld = Number(process.versions.node.split('.')[0]) < smallestNodeMajor;
  if (!isOld) return ok('node', detail);
  const advice = `Use Node ${smallestNodeMajor}: "npm run lima" takes the one that npm installed.`;
  return { name: 'node', state: 'problem', detail, advice };
}

/** Writes and closes a real project file. */
async function tryProjectFile(client: CoreClient, folder: string): Promise<string> {
  const info = await client.project.create({ path: join(folder, 'doctor.lima') });
  await client.project.close();
  return `schema ${info.schemaVersion}, written and closed`;
}

async function tryTrainer(): Promise<string> {
  using trainer = startTrainer(noFiles);
  return await loadedEngine(trainer.engine);
}

async function tryInference(): Promise<string> {
  using inference = startInference(noFiles);
  return await loadedEngine(inference.engine);
}

/** An engine whose libraries do not load starts all the same and says so in its name. */
async function loadedEngine(engine: Promise<string>): Promise<string> {
  const name = await engine;
  if (name.includes('unavailable')) throw new Error(`The engine answers "${name}".`);
  return name;
}

function pageFinding(): Finding {
  if (!isRendererStale()) return ok('page', 'built and up to date');
  return {
    name: 'page',
    state: 'missing',
    detail: 'not built, or older than its sources',
    advice: '"npm start" and "lima serve" build it; or run "npm run build:renderer".',
  };
}

function desktopFinding(): Finding {
  const electron = findElectronBinary();
  const display = hasDisplay() ? 'a display' : 'no display';
  if ('path' in electron) return ok('desktop (Electron)', `${electron.path}, ${display}`);
  return {
    name: 'desktop (Electron)',
    state: 'missing',
    detail: `${electron.missing}; ${display}`,
    advice: 'Not needed: "lima serve" shows the same window in a browser.',
  };
}

const browserNames =
  process.platform === 'win32'
    ? ['chrome.exe', 'msedge.exe', 'firefox.exe']
    : ['chromium', 'chromium-browser', 'google-chrome', 'firefox', 'microsoft-edge'];

function browserFinding(): Finding {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const paths = folders.flatMap((folder) => browserNames.map((name) => join(folder, name)));
  const found = paths.find((path) => existsSync(path));
  if (found) return ok('browser', found);
  return {
    name: 'browser',
    state: 'missing',
    detail: 'none found on the PATH',
    advice:
      'Any current browser on this machine works; over SSH, forward the port of "lima serve".',
  };
}

function memoryFinding(): Finding {
  const detail = `${formatBytes(freemem())} free of ${formatBytes(totalmem())}`;
  if (freemem() >= smallestMemoryBytes) return ok('memory', detail);
  const advice = 'Close other programs, or use a smaller or more strongly quantized model.';
  return { name: 'memory', state: 'problem', detail, advice };
}

async function diskFinding(): Promise<Finding> {
  const { bavail, bsize } = await statfs(homedir());
  const detail = `${formatBytes(bavail * bsize)} free in ${homedir()}`;
  if (bavail * bsize >= smallestDiskBytes) return ok('disk', detail);
  const advice = 'Free some space: checkpoints and adapters are written beside the project file.';
  return { name: 'disk', state: 'problem', detail, advice };
}
