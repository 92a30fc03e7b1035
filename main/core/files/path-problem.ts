import type { PlatformPath } from 'node:path';

/** The part of `node:path` that decides: `path.win32` can be asked on any system. */
type Paths = Pick<PlatformPath, 'sep' | 'parse'>;

// Longer than any system takes; what is cut of it in a message would still be a page of text.
const mostCharacters = 32_767;

// Source: Microsoft, "Naming Files, Paths, and Namespaces"; the superscripts are digits to Windows.
const deviceName = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\.|$)/i;

/**
 * Why a path may not even be looked at, or `undefined`: asked before any call to the file system,
 * since on Windows looking at `\\host\share` already sends that host the person's credentials, and
 * a device, an alternate stream or an ending dot names something else than it seems to.
 */
export function pathProblem(path: string, paths: Paths): string | undefined {
  if (path.includes('\0')) return 'A path must not contain NUL';
  if (path.length > mostCharacters)
    return `A path of ${path.length} characters is longer than any system takes (${mostCharacters})`;
  return paths.sep === '\\' ? windowsProblem(path, paths) : undefined;
}

function windowsProblem(path: string, paths: Paths): string | undefined {
  const slashed = path.replaceAll('/', '\\');
  if (/^\\(?:\\|\?\?\\)/.test(slashed))
    return (
      'A path must not name a network share or a device. Copy the file to a disk of this machine, ' +
      'or give the share a drive letter and use that'
    );
  const { root } = paths.parse(path);
  const names = slashed.slice(root.length).split('\\');
  for (const name of names) {
    const problem = componentProblem(name);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function componentProblem(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return undefined;
  if (name.includes(':'))
    return `“${name}” must not contain a colon: it would name a hidden stream`;
  if (/[. ]$/.test(name)) return `“${name}” must not end with a dot or a space: Windows drops them`;
  if (deviceName.test(name.trim())) return `“${name}” is the name of a device to Windows`;
  return undefined;
}

const plainName = /^(?![ .])[^/\\:*?"<>|\p{Cc}]{1,255}(?<![ .])$/u;

/** True for a name that is one component of a path, and the same one, on every system. */
export const isPlainName = (name: string): boolean =>
  plainName.test(name) && !deviceName.test(name);
