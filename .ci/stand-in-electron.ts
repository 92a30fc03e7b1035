import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// The marker that precedes the fuses in every Electron binary (@electron/fuses, FuseWire).
const fuseSentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const fuseWireVersion = 1;
/** The fuses of Electron 45 in their order, as they are before packaging. */
const fuseDefaults = '101100111';

/**
 * Writes a folder that electron-builder takes for an unpacked Electron for Linux: no Electron can
 * be downloaded on the build machines. Its program carries a fuse wire that can really be flipped.
 */
export function writeStandInElectron(folder: string, version: string): void {
  mkdirSync(join(folder, 'resources'), { recursive: true });
  mkdirSync(join(folder, 'locales'));
  const wire = Buffer.from([fuseWireVersion, fuseDefaults.length]);
  const script = Buffer.from('#!/bin/sh\nexit 1\n');
  const program = Buffer.concat([
    script,
    Buffer.from(fuseSentinel),
    wire,
    Buffer.from(fuseDefaults),
  ]);
  writeFileSync(join(folder, 'electron'), program);
  chmodSync(join(folder, 'electron'), 0o755);
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'locales/en-US.pak'])
    writeFileSync(join(folder, name), 'stand-in');
  writeFileSync(join(folder, 'version'), version);
}

/** The fuses of an Electron program in their order, `1` for on and `0` for off. */
export function readFuses(program: string): string {
  const bytes = readFileSync(program);
  const start = bytes.indexOf(fuseSentinel) + fuseSentinel.length;
  if (start < fuseSentinel.length || bytes[start] !== fuseWireVersion)
    throw new Error(`${program} has no fuse wire of version ${fuseWireVersion}.`);
  const length = bytes[start + 1] ?? 0;
  return bytes.toString('latin1', start + 2, start + 2 + length);
}
