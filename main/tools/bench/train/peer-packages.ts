import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

/** What the benchmark compares with; none of it is a dependency of the product. */
const packages = { '@qvac/llm-llamacpp': '0.53.0', 'bare-runtime': '1.31.0' } as const;
const installLimitMs = 10 * 60_000;
const isWindows = process.platform === 'win32';

/** The name and version of the peer, for reports. */
export const peerName = `@qvac/llm-llamacpp ${packages['@qvac/llm-llamacpp']}`;

/** The comparison cannot be made on this machine; the message says why. */
export class PeerUnavailable extends Error {
  override readonly name = 'PeerUnavailable';
}

/** Where the peer lies, ready to run. */
export interface PeerPackages {
  /** Folder of the peer's package. */
  peerPath: string;
  /** The runtime that it needs. */
  barePath: string;
}

/**
 * Fetches the peer with npm into a folder of the user's cache, once (670 MB). Throws
 * PeerUnavailable without a network, or where there is no build for this machine.
 */
export async function preparePeer(log: (line: string) => void): Promise<PeerPackages> {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'lima-workbench', 'bench-train-peer');
  if (!(await isInstalled(folder))) {
    log(`Fetching ${peerName} with its runtime into ${folder} (670 MB, once)`);
    await install(folder);
  }
  const build = `bare-runtime-${process.platform}-${process.arch}`;
  const barePath = join(folder, 'node_modules', build, 'bin', isWindows ? 'bare.exe' : 'bare');
  await chmod(barePath, 0o755).catch((error: unknown) => {
    throw new PeerUnavailable(`${build} is not to be had: ${messageOf(error)}`);
  });
  return { peerPath: join(folder, 'node_modules', '@qvac', 'llm-llamacpp'), barePath };
}

async function isInstalled(folder: string): Promise<boolean> {
  for (const [name, version] of Object.entries(packages)) {
    const manifest = join(folder, 'node_modules', name, 'package.json');
    const text = await readFile(manifest, 'utf8').catch(() => '{}');
    if (z.object({ version: z.string().optional() }).parse(JSON.parse(text)).version !== version)
      return false;
  }
  return true;
}

async function install(folder: string): Promise<void> {
  const wanted = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  const options = ['--no-audit', '--no-fund', '--no-save', '--ignore-scripts'];
  try {
    await mkdir(folder, { recursive: true });
    await promisify(execFile)('npm', ['install', '--prefix', folder, ...options, ...wanted], {
      timeout: installLimitMs,
      shell: isWindows,
    });
  } catch (error) {
    throw new PeerUnavailable(
      `npm could not fetch ${wanted.join(' and ')} into ${folder}. ` +
        `Check the network and run the benchmark again. ${messageOf(error)}`,
    );
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
