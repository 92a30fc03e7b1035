import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TrainerError } from '../../engines/protocol/errors.ts';

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

const platform = `${process.platform}-${process.arch}`;

/**
 * Finds the ggml libraries of this platform in the nearest `node_modules`, looking upwards from
 * `startFolder`. File names carry a version and a prefix per platform, so the folder is searched.
 * Throws ENGINE_LIBRARY_MISSING.
 */
export function findGgmlLibraries(startFolder: string = import.meta.dirname): GgmlLibraryPaths {
  const name = packageNames[platform];
  const folder = name && findBinaryFolder(startFolder, name, name);
  if (!folder) throw missing(`there is no @node-llama-cpp package with libraries for ${platform}`);
  const files = readdirSync(folder);
  const base = files.find((file) => /^(lib)?ggml-base(\.v[\d.]+)?\.(so|dylib|dll)$/.test(file));
  const registry = files.find((file) => /^(lib)?ggml(\.v[\d.]+)?\.(so|dylib|dll)$/.test(file));
  if (!base || !registry) throw missing(`${folder} holds no ggml-base and ggml library`);
  return { folder, base: join(folder, base), registry: join(folder, registry) };
}

/**
 * Paths of the libraries of a family of GPUs, the one to try first first: CUDA comes for its
 * runtimes 13 and 12. Empty when the package is not installed.
 */
export function findGpuLibraries(
  family: 'cuda' | 'vulkan',
  startFolder: string = import.meta.dirname,
): string[] {
  const name = `${packageNames[platform]}-${family}`;
  const file = process.platform === 'win32' ? `ggml-${family}.dll` : `libggml-${family}.so`;
  const folders = [
    findBinaryFolder(startFolder, name, name),
    findBinaryFolder(startFolder, `${name}-ext`, join(name, 'fallback')),
  ];
  return folders
    .flatMap((folder) => (folder === undefined ? [] : [join(folder, file)]))
    .filter((path) => existsSync(path));
}

function findBinaryFolder(start: string, packageName: string, bins: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', '@node-llama-cpp', packageName, 'bins', bins);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) return undefined;
  }
}

const missing = (problem: string) =>
  new TrainerError(
    'ENGINE_LIBRARY_MISSING',
    `The training engine cannot start: ${problem}. Reinstall the application, or run "npm ci".`,
  );
