import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** The log of a core that a shell started without confinement, in a process of its own. */
function logOf(shell: 'web' | 'cli'): string {
  const userDataDir = mkdtempSync(join(tmpdir(), 'lima-log-'));
  const url = new URL('./create-core.ts', import.meta.url);
  const config = JSON.stringify({ shell, userDataDir, fileRoots: null });
  const script = `await (await (await import('${url.href}')).createCore(${config})).close()`;
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, LIMA_CONFINEMENT: 'off' },
  });
  expect(status).toBe(0);
  const path = join(userDataDir, 'lima.log');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  rmSync(userDataDir, { recursive: true });
  return text;
}

it('the log of a window tells why engines are less confined than they could be', () => {
  expect(logOf('web')).toContain(
    'Engines are not fully confined: LIMA_CONFINEMENT=off is set; see "lima doctor".',
  );
  expect(logOf('cli')).toBe('');
});
