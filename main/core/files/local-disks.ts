import { readFileSync } from 'node:fs';

// What lies on a disk of this machine, or in its memory: none of it waits for another machine or for
// another program. Source: filesystems(5) and the kernel's Documentation/filesystems.
const localTypes = new Set(
  (
    'ext2 ext3 ext4 xfs btrfs bcachefs f2fs zfs jfs reiserfs overlay tmpfs ramfs devtmpfs rootfs ' +
    'squashfs erofs vfat exfat ntfs3 iso9660 udf'
  ).split(' '),
);

interface Mount {
  point: string;
  isLocal: boolean;
}

const unescaped = (name: string) =>
  name.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCodePoint(Number.parseInt(octal, 8)),
  );

// Of mountinfo: id, parent, device, root, mount point, options, optional fields, "-", type.
function mountOf(line: string): Mount[] {
  const fields = line.split(' ');
  const [point, type] = [fields[4], fields[fields.indexOf('-') + 1]];
  if (point === undefined || type === undefined) return [];
  return [{ point: unescaped(point), isLocal: localTypes.has(type) }];
}

const isAt = (path: string, point: string) =>
  path === point || path.startsWith(point === '/' ? point : `${point}/`);

/**
 * A function that tells of a path without a link in it whether it lies on a disk of this machine, by
 * the list of mounts as it is now, which answers whatever hangs. Nothing is known to where the system
 * keeps no such list.
 */
export function localDisks(list?: string): (path: string) => boolean {
  const mounts = (list ?? mountList()).split('\n').flatMap(mountOf);
  return (path) => {
    let found: Mount | undefined;
    // Of two on one place the later one lies on top.
    for (const mount of mounts)
      if (isAt(path, mount.point) && mount.point.length >= (found?.point.length ?? 0))
        found = mount;
    return found?.isLocal === true;
  };
}

function mountList(): string {
  if (process.platform !== 'linux') return '';
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    // Then each path is asked about in a process of its own.
    return '';
  }
}
