import { readdirSync, readFileSync } from 'node:fs';
import { onTestFinished, vi } from 'vitest';
import { ElectronStandIn } from './electron-stand-in.ts';

/** Runs the real main.ts against the stand-in; ends the app and its core with the test. */
export async function startDesktop(
  prepare: (electron: ElectronStandIn) => void = () => undefined,
): Promise<ElectronStandIn> {
  const electron = new ElectronStandIn();
  prepare(electron);
  vi.stubEnv('LIMA_USER_DATA', electron.userDataDir);
  vi.resetModules();
  vi.doMock('electron', () => electron.module());
  onTestFinished(async () => {
    const { exited } = electron.app;
    electron.app.quit();
    // What a test left running is stopped.
    void electron.nextDialog().then((dialog) => dialog.answer({ response: 1 }));
    await exited;
    electron.dispose();
    vi.doUnmock('electron');
    vi.unstubAllEnvs();
  });
  await import('../main.ts');
  return electron;
}

/** The pids of the cores that this process started and that still run. */
export function runningCores(): number[] {
  return readdirSync('/proc').flatMap((name) => {
    const status = /^\d+$/.test(name) ? readStatus(name) : '';
    const isChild = status.includes(`\nPPid:\t${process.pid}\n`) && !status.includes('\nState:\tZ');
    return isChild && commandLine(name).includes('core-side/core-entry') ? [Number(name)] : [];
  });
}

/** Kills the core that runs, as the system does when memory runs out. */
export function killCore(): void {
  const [pid] = runningCores();
  if (pid === undefined) throw new Error('There is no core to kill');
  process.kill(pid, 'SIGKILL');
}

function readStatus(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    // The process ended between the listing and the read.
    return '';
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // As above.
    return '';
  }
}
