import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EngineError } from '../../engines/serve-engine.ts';

/** Paths of the ggml libraries inside one `@node-llama-cpp` package. */
export interface GgmlLibraryPaths {
  folder: string;
  base: string;
  registry: string;
}

const packageNames: Record<string, string> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-arm': 'linux-armv7l',
  'darwin-x64': 'mac-x64',
  'darwin-arm64': 'mac-arm64-metal',
  'win32-x64': 'win-x64',
  'win32-arm64': 'win-arm64',
};

/**
 * Finds the ggml libraries of this platform in the nearest `node_modules`, looking upwards from
 * `startFolder`. File names carry a version and a prefix per platform, so the folder is searched.
 * Throws ENGINE_LIBRARY_MISSING.
 */
export function findGgmlLibraries(startFolder: string = import.meta.dirname): GgmlLibraryPaths {
  const platform = `${process.platform}-${process.arch}`;
  const name = packageNames[platform];
  const folder = name && findBinaryFolder(startFolder, name);
  if (!folder) throw missing(`there is no @node-llama-cpp package with libraries for ${platform}`);
  const files = readdirSync(folder);
  const base = files.find((file) => /^(lib)?ggml-base(\.v[\d.]+)?\.(so|dylib|dll)$/.test(file));
  const registry = files.find((file) => /^(lib)?ggml(\.v[\d.]+)?\.(so|dylib|dll)$/.test(file));
  if (!base || !registry) throw missing(`${folder} holds no ggml-base and ggml library`);
  return { folder, base: join(folder, base), registry: join(folder, registry) };
}

function findBinaryFolder(startFolder: string, name: string): string | undefined {
  for (let folder = startFolder; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', '@node-llama-cpp', name, 'bins', name);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) return undefined;
  }
}

const missing = (problem: string) =>
  new EngineError(
    'ENGINE_LIBRARY_MISSING',
    `The training engine cannot start: ${problem}. Reinstall the application, or run "npm ci".`,
  );
