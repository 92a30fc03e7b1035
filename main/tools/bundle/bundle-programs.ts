import { globSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { build, type Plugin } from 'vite';

const checkout = resolve(import.meta.dirname, '../../..');

/** What is started as a process or thread of its own, below a folder of sources or of compiled code. */
const programs = [
  'main/headless/cli',
  'main/electron/core-side/core-entry',
  'main/{trainer,inference,inference/template,engines/inspector}/entry',
  'main/core/{curate/import/import,curate/import/read/seven-zip/unpack,files/places,merge/merge,project/migration}-worker',
];

/** Native code, what looks for files beside its own, and what may be replaced by who has it. */
const external = ['7z-wasm', 'better-sqlite3', 'koffi', 'node-llama-cpp'];

/**
 * Writes each program below `from` as one file below `to`, under the same name: a process that loads
 * one file instead of hundreds starts in a third of the time.
 */
export async function bundlePrograms(
  from: string,
  to: string,
  extension: 'ts' | 'js',
): Promise<void> {
  const patterns = programs.map((name) => `${name}.${extension}`);
  for (const name of globSync(patterns, { cwd: from }))
    await bundle(join(from, name), join(to, name));
}

async function bundle(source: string, like: string): Promise<void> {
  const folder = dirname(like);
  const part = join(folder, `bundle-${process.pid}`);
  const name = basename(like).replace(/\.[tj]s$/, '');
  await build({
    configFile: false,
    root: checkout,
    logLevel: 'warn',
    plugins: [keepPlaces(folder)],
    ssr: { noExternal: true, external },
    build: {
      ssr: true,
      target: 'node24',
      outDir: part,
      copyPublicDir: false,
      minify: false,
      rolldownOptions: {
        input: { [name]: source },
        // Only the command line loads the greater part of itself late.
        output: {
          codeSplitting: name === 'cli',
          chunkFileNames: 'part-[name]-[hash].js',
          entryFileNames: '[name].js',
        },
      },
    },
  });
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(part)) renameSync(join(part, file), join(folder, file));
  rmSync(part, { recursive: true });
}

/** Lets a module that moves into a bundle go on finding what lies beside its source. */
function keepPlaces(folder: string): Plugin {
  return {
    name: 'keep-places',
    enforce: 'pre',
    transform: (code, id) =>
      id.startsWith('\0') || !code.includes('import.meta.')
        ? null
        : code.replaceAll(...placesOf(id, folder)),
  };
}

function placesOf(file: string, folder: string): [RegExp, (place: string) => string] {
  const from = (path: string) => JSON.stringify(relative(folder, path).replaceAll('\\', '/'));
  const places: Record<string, string> = {
    'import.meta.url': `new URL(${from(file)}, import.meta.url).href`,
    'import.meta.dirname': `process.getBuiltinModule('node:path').join(import.meta.dirname, ${from(dirname(file))})`,
  };
  return [/import\.meta\.(url|dirname)\b/g, (place) => places[place] ?? place];
}
