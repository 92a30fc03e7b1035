import { execFileSync } from 'node:child_process';

/** Whether engines can be found by name here: `ps` knows the parent of every process. */
export const canFindEngines = process.platform !== 'win32';

/** Process ids of a process's engine children, by the folder of their entry; none on Windows. */
export const enginePids = (
  name: 'trainer' | 'inference' | 'inspector' | '',
  parentPid = process.pid,
): number[] => childPids(`${name}/entry.`, parentPid);

/** Process ids of a process's children whose command holds these words; none on Windows. */
export function childPids(words: string, parentPid = process.pid): number[] {
  if (!canFindEngines) return [];
  const listing = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return listing.split('\n').flatMap((line) => {
    const [pid, parent, ...command] = line.trim().split(/\s+/);
    const isOurs = Number(parent) === parentPid && command.join(' ').includes(words);
    return isOurs ? [Number(pid)] : [];
  });
}

/** Kills the one engine of a name, as the system does when memory runs out. */
export function killEngine(name: 'trainer' | 'inference' | 'inspector'): void {
  const pids = enginePids(name);
  if (pids.length === 0) throw new Error(`There is no ${name} process to kill`);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}
