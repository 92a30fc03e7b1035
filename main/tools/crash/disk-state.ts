import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Operation } from './trace.ts';

/** What is on a disk: the content of each file, `null` for a folder. */
export type DiskState = Map<string, Buffer | null>;

/** A file before the recording began. */
interface InitialFile {
  path: string;
  inode: string;
  content: Buffer | null;
}

/** Everything below a folder, and the folder itself. */
export function readFolder(folder: string): InitialFile[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return [folder, ...paths.map((name) => join(folder, name))].map((path) => {
    const found = statSync(path, { bigint: true });
    const content = found.isDirectory() ? null : readFileSync(path);
    return { path, inode: String(found.ino), content };
  });
}

type Change = Extract<Operation, { kind: 'write' | 'truncate' }>;

/** A file or folder, whatever its names: what is on the disk for sure, and what came since. */
interface Node {
  synced: Buffer | null;
  pending: Change[];
}

/** A change of a name; `node` null takes the name away. */
interface Naming {
  path: string;
  node: Node | null;
}

/**
 * How a loss of power treats what was not synced: `pick` chooses, of the changes of one file or the
 * names of one folder, which are on the disk and in which order; `sectorBytes` tears each write into
 * pieces that are chosen one by one.
 */
export interface PowerLoss {
  pick: <Item>(items: readonly Item[]) => readonly Item[];
  sectorBytes: number | null;
}

/**
 * A disk that loses power after the first `count` operations. A sync of a file keeps its content, a
 * sync of a folder the names in it; of everything else any part may be missing.
 */
export function stateAfter(
  initial: readonly InitialFile[],
  operations: readonly Operation[],
  count: number,
  loss: PowerLoss,
): DiskState {
  const disk = new RecordedDisk(initial);
  for (const operation of operations.slice(0, count)) disk.apply(operation);
  return disk.afterPowerLoss(loss);
}

class RecordedDisk {
  readonly #nodes = new Map<string, Node>();
  readonly #folders = new Map<string, string>();
  /** Names that are on the disk, and names as the process sees them. */
  readonly #kept = new Map<string, Node>();
  readonly #seen = new Map<string, Node>();
  readonly #pendingNames = new Map<string, Naming[]>();

  constructor(initial: readonly InitialFile[]) {
    for (const { path, inode, content } of initial) {
      const node = { synced: content, pending: [] };
      this.#nodes.set(inode, node);
      this.#kept.set(path, node);
      this.#seen.set(path, node);
      if (content === null) this.#folders.set(inode, path);
    }
  }

  apply(operation: Operation): void {
    const { kind } = operation;
    if (kind === 'create' || kind === 'make-folder') this.#create(operation);
    else if (kind === 'write' || kind === 'truncate')
      this.#nodes.get(operation.inode)?.pending.push(operation);
    else if (kind === 'sync') this.#sync(operation.inode);
    else if (kind === 'unlink') this.#name(operation.path, null);
    else if (kind === 'rename') {
      this.#name(operation.to, this.#seen.get(operation.from) ?? null);
      this.#name(operation.from, null);
    }
  }

  #create({ kind, inode, path }: Extract<Operation, { path: string; inode: string }>): void {
    const node = { synced: kind === 'create' ? Buffer.alloc(0) : null, pending: [] };
    this.#nodes.set(inode, node);
    if (kind === 'make-folder') this.#folders.set(inode, path);
    else this.#folders.delete(inode);
    this.#name(path, node);
  }

  #name(path: string, node: Node | null): void {
    if (node) this.#seen.set(path, node);
    else this.#seen.delete(path);
    const folder = dirname(path);
    this.#pendingNames.set(folder, [...(this.#pendingNames.get(folder) ?? []), { path, node }]);
  }

  #sync(inode: string): void {
    const node = this.#nodes.get(inode);
    const folder = this.#folders.get(inode);
    if (folder !== undefined) {
      for (const naming of this.#pendingNames.get(folder) ?? []) rename(this.#kept, naming);
      this.#pendingNames.delete(folder);
    } else if (node) {
      node.synced = changed(node.synced, node.pending);
      node.pending = [];
    }
  }

  afterPowerLoss({ pick, sectorBytes }: PowerLoss): DiskState {
    const names = new Map(this.#kept);
    for (const namings of this.#pendingNames.values())
      for (const naming of pick(namings)) rename(names, naming);
    const contents = new Map<Node, Buffer | null>();
    const contentOf = (node: Node) => {
      const known = contents.get(node);
      if (known !== undefined) return known;
      const torn = sectorBytes === null ? node.pending : node.pending.flatMap(tear(sectorBytes));
      const content = changed(node.synced, pick(torn));
      contents.set(node, content);
      return content;
    };
    const isReachable = (path: string): boolean =>
      !this.#seen.has(dirname(path)) || (names.has(dirname(path)) && isReachable(dirname(path)));
    const state: DiskState = new Map();
    for (const [path, node] of names) if (isReachable(path)) state.set(path, contentOf(node));
    return state;
  }
}

function rename(names: Map<string, Node>, { path, node }: Naming): void {
  if (node) names.set(path, node);
  else names.delete(path);
}

/** The content after some changes; what nobody wrote in between is zeros. */
function changed(content: Buffer | null, changes: readonly Change[]): Buffer | null {
  if (content === null || changes.length === 0) return content;
  const ends = changes.map((change) =>
    change.kind === 'write' ? change.offset + change.data.length : change.size,
  );
  const room = Buffer.alloc(Math.max(content.length, ...ends));
  content.copy(room);
  let size = content.length;
  for (const change of changes)
    if (change.kind === 'write') {
      change.data.copy(room, change.offset);
      size = Math.max(size, change.offset + change.data.length);
    } else {
      room.fill(0, Math.min(size, change.size));
      size = change.size;
    }
  return room.subarray(0, size);
}

const tear =
  (sectorBytes: number) =>
  (change: Change): Change[] => {
    if (change.kind === 'truncate') return [change];
    const pieces: Change[] = [];
    for (let at = 0; at < change.data.length;) {
      // Sectors lie at multiples of their size on the disk, not in the write.
      const end = Math.min(
        change.data.length,
        at + sectorBytes - ((change.offset + at) % sectorBytes),
      );
      pieces.push({ ...change, offset: change.offset + at, data: change.data.subarray(at, end) });
      at = end;
    }
    return pieces;
  };
