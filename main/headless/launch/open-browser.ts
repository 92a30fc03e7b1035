import { spawn } from 'node:child_process';

/** True when this machine can show a window. */
export function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
}

/** Asks the system to show an address; resolves to false when nothing could be started. */
export async function openBrowser(address: string): Promise<boolean> {
  const [command, args] = openerOf(address);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.once('error', () => resolve(false));
  child.once('spawn', () => resolve(true));
  child.unref();
  return await promise;
}

function openerOf(address: string): [string, string[]] {
  if (process.platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', address]];
  return [process.platform === 'darwin' ? 'open' : 'xdg-open', [address]];
}
