import { readFileSync } from 'node:fs';

/**
 * The most memory this process has held, in bytes. Linux counts in `maxRSS` what the parent held
 * when it forked, so there the high-water mark of the process itself is read.
 */
export function processPeakBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const status = readFileSync('/proc/self/status', 'utf8');
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return Number(kibibytes ?? process.resourceUsage().maxRSS) * 1024;
}
