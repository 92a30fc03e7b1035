import { existsSync, readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Device } from '../device/device.ts';

/**
 * Bytes that a run on a device may hold in all: what it holds already and what is free, of the
 * machine on the CPU and of the device's own memory on a GPU.
 */
export function budgetOf(device: Device): number {
  return device.isCpu
    ? process.memoryUsage().rss + freeMachineBytes()
    : device.heldBytes + device.freeBytes;
}

/**
 * Bytes this process may still take. Files that were read count as used in a control group, but
 * the system drops them before it kills anybody: a base that was just loaded is not counted twice.
 */
function freeMachineBytes(): number {
  const free = process.availableMemory();
  const limit = process.constrainedMemory();
  if (process.platform !== 'linux' || limit === 0 || limit >= totalmem()) return free;
  return Math.min(freemem(), free + cachedBytes());
}

const controlRoot = '/sys/fs/cgroup';

/** File pages of the control group that can be dropped at once; 0 where nobody tells. */
function cachedBytes(): number {
  const groups = readFileSync('/proc/self/cgroup', 'utf8').split('\n');
  for (const group of groups) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(group) ?? [];
    if (controllers !== '' && !controllers.split(',').includes('memory')) continue;
    const root = join(controlRoot, controllers === '' ? '' : 'memory');
    const stat = [join(root, path), root].map((folder) => join(folder, 'memory.stat'));
    const found = stat.find((file) => existsSync(file));
    if (found !== undefined) return inactiveFileBytes(readFileSync(found, 'utf8'));
  }
  return 0;
}

/** `inactive_file` of a memory.stat; version 1 counts the groups below in `total_…`. */
export function inactiveFileBytes(stat: string): number {
  const counts = /^(?:total_)?inactive_file (\d+)$/gm;
  return Math.max(0, ...[...stat.matchAll(counts)].map(([, bytes]) => Number(bytes)));
}
