import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
} from 'node:fs';
import { basename, dirname, join, parse, sep } from 'node:path';
import { modelPart } from '../../../shared/domain/model/model-parts.ts';
import { readProjectHeader } from '../../store/file/project-header.ts';

/** What no export may write to, beside everything that looks like a project or a model. */
export interface ProtectedPlaces {
  /** The folder of the person's settings. */
  userDataDir: string;
  /** Project files that are open, whatever they are called. */
  projectPaths: readonly string[];
  /** Files that rows name as base models, also those that are missing. */
  modelPaths: readonly string[];
  /** Those of them that do not answer: they are compared by name, and not looked at. */
  silentPaths: readonly string[];
}

const endings = ['-wal', '-shm', '-journal', '.lock'];
const besideProject = /^(.+?)(-wal|-shm|-journal|\.lock|\.d|\.backup[^/\\]*)$/;
const projectName = /\.lima(?:$|-wal$|-shm$|-journal$|\.lock$|\.d$|\.backup)/;
const projectFolder = /\.lima\.(?:d|backup[^/\\]*)$/;

/**
 * A name as the most forgiving file system compares it: without case, composed, and without the
 * characters that some skip. Two spellings of one file may look like two, never the other way.
 */
const folded = (path: string): string =>
  path
    .normalize('NFKC')
    .replaceAll(/\p{Default_Ignorable_Code_Point}|\p{Cf}/gu, '')
    .toLowerCase()
    .normalize('NFC');

/** Why a place must not be written to by its name, in words that follow it; `undefined` when it may. */
export function protectedByName(place: string, places: ProtectedPlaces): string | undefined {
  const wanted = folded(place);
  const isUnder = (folder: string) => wanted === folder || wanted.startsWith(folder + sep);
  if (isUnder(folded(places.userDataDir))) return 'belongs to your settings';
  for (const path of places.projectPaths.map(folded))
    if (wanted === path || endings.some((ending) => wanted === path + ending))
      return 'belongs to the open project';
    else if (isUnder(`${path}.d`) || wanted.startsWith(`${path}.backup`))
      return 'belongs to the open project';
  if (places.modelPaths.some((path) => folded(path) === wanted)) return 'is a model of the project';
  if (modelPart(wanted)) return 'has the name of one part of a split model';
  if (projectName.test(basename(wanted)))
    return 'has the name of a project or of what lies beside one';
  if (foldersOf(wanted).some((folder) => projectFolder.test(folder)))
    return 'lies in the folder of a project';
  return besideAnother(place);
}

function foldersOf(path: string): string[] {
  const folder = dirname(path);
  return folder === path ? [] : [folder, ...foldersOf(folder)];
}

/** A project may have any name: then what lies beside it is told by the file that it lies beside. */
function besideAnother(place: string): string | undefined {
  for (let path = place; parse(path).base !== ''; path = dirname(path)) {
    const stem = besideProject.exec(basename(path))?.[1];
    if (stem !== undefined && isProject(join(dirname(path), stem)))
      return `lies beside the project ${stem}`;
  }
  return undefined;
}

function isProject(path: string): boolean {
  try {
    readProjectHeader(path);
    return true;
  } catch {
    // Nothing there, or something else.
    return false;
  }
}

/** A file as the system knows it, whatever its name. */
export interface FileIdentity {
  dev: number;
  ino: number;
  size: number;
  mtimeMs: number;
  nlink: number;
}

/** Why a file that is there must not be replaced, by what it holds; `undefined` when it may. */
export function protectedByContent(
  path: string,
  file: FileIdentity,
  places: ProtectedPlaces,
): string | undefined {
  const start = startOf(path);
  if (start.toString('latin1', 0, 4) === 'GGUF') return 'is a GGUF model';
  if (isProject(path)) return 'is a project';
  if (databaseLogs.some((magic) => start.subarray(0, magic.length).equals(magic)))
    return 'is the log of a database';
  // Another name of a file of ours is a hard link: where there is one name only, none can be.
  if (file.nlink > 1 && protectedFiles(places).some((other) => isSameFile(other, file)))
    return 'is another name of a file of the project or of your settings';
  return undefined;
}

/** Device and inode, which all names of one file share. */
export const isSameFile = (
  one: Pick<FileIdentity, 'dev' | 'ino'>,
  other: Pick<FileIdentity, 'dev' | 'ino'>,
): boolean => one.dev === other.dev && one.ino === other.ino;

// Write-ahead logs in both byte orders, and rollback journals. Source: sqlite.org/fileformat2.html.
const databaseLogs = ['377f0682', '377f0683', 'd9d505f920a163d7'].map((hex) =>
  Buffer.from(hex, 'hex'),
);

const readOnly = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

function startOf(path: string): Buffer {
  const file = openSync(path, readOnly);
  try {
    const bytes = Buffer.alloc(16);
    return fstatSync(file).isFile() ? bytes.subarray(0, readSync(file, bytes, 0, 16, 0)) : bytes;
  } finally {
    closeSync(file);
  }
}

function protectedFiles({ userDataDir, projectPaths, modelPaths, silentPaths }: ProtectedPlaces) {
  const files = [
    ...projectPaths.flatMap((path) => ['', ...endings].map((ending) => path + ending)),
    ...projectPaths.flatMap((path) => filesIn(`${path}.d`)),
    ...modelPaths.filter((path) => !silentPaths.includes(path)),
    ...filesIn(userDataDir),
  ];
  return files.flatMap((path) => lstatSync(path, { throwIfNoEntry: false }) ?? []);
}

function filesIn(folder: string): string[] {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
