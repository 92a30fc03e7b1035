import { dirname, join } from 'node:path/posix';
import sevenZip from '7z-wasm';

/** What an archive holds, by path: text, or a link that leads somewhere. */
export type ArchiveContent = Record<string, string | Buffer | { link: string }>;

/** A 7-Zip archive as 7-Zip packs it, with more arguments of it such as `-m0=BZip2` or `-psecret`. */
export async function makeArchive(
  content: ArchiveContent,
  args: readonly string[] = [],
): Promise<Buffer> {
  const { exitCode } = process;
  const module = await sevenZip.default({ stdout: () => undefined });
  const { FS } = module;
  FS.mkdir('/in');
  FS.chdir('/in');
  for (const [path, value] of Object.entries(content)) {
    makeFolders(FS, dirname(path));
    if (typeof value === 'object' && 'link' in value) FS.symlink(value.link, path);
    else FS.writeFile(path, value);
  }
  const code: unknown = module.callMain(['a', '-snl', ...args, '/out.7z', '.']);
  // It tells how it ended to the whole process, too.
  process.exitCode = exitCode;
  if (code !== 0) throw new Error(`7-Zip ended with ${String(code)}: ${args.join(' ')}`);
  return Buffer.from(FS.readFile('/out.7z'));
}

function makeFolders(
  FS: { readdir(path: string): string[]; mkdir(path: string): unknown },
  path: string,
) {
  if (path === '.') return;
  makeFolders(FS, dirname(path));
  const parent = join('/in', dirname(path));
  if (!FS.readdir(parent).includes(path.split('/').at(-1) ?? '')) FS.mkdir(join('/in', path));
}
