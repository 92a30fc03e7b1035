import { once } from 'node:events';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { rendererDir, userDataDir } from '../../shell/app-paths.ts';
import { closeAndTell } from '../cli/open-core.ts';
import { defineCommand, wholeNumber } from '../cli/command.ts';
import { UsageError } from '../cli/command-error.ts';
import { allowSaving } from '../cli/interrupt.ts';
import { hasDisplay, openBrowser } from '../launch/open-browser.ts';
import { ensureRendererBuilt } from '../launch/checkout.ts';

const highestPort = 65_535;

/** `lima serve`: the same window in a browser, on this machine only. */
export const serveCommand = defineCommand({
  name: 'serve',
  usage: 'serve [P.lima] [--port N] [--root DIR]… [--no-open]',
  summary: 'Show the window in a browser on this machine (127.0.0.1 only).',
  positionals: { min: 0, max: 1 },
  options: {
    port: { type: 'string', value: 'N', description: 'port; default any free one' },
    root: {
      type: 'string',
      multiple: true,
      value: 'DIR',
      description: 'folder whose files may be used; default home, current folder, project folder',
    },
    'no-open': { type: 'boolean', description: 'do not start a browser' },
  },
  async run({ positionals, options, terminal, signal }) {
    const port = wholeNumber(options.port, 'port', 0) ?? 0;
    if (port > highestPort) throw new UsageError(`--port ${port} is above ${highestPort}.`);
    const projectPath = positionals[0] === undefined ? undefined : resolve(positionals[0]);
    ensureRendererBuilt((text) => terminal.note(text));
    const { createCore } = await import('../../core/create-core.ts');
    const { startWebServer } = await import('../web/web-server.ts');
    const fileRoots = rootsOf(options.root, projectPath);
    const core = await createCore({ shell: 'web', userDataDir: userDataDir(), fileRoots });
    try {
      const client = createRouterClient(core.router, { context: core.context });
      if (projectPath !== undefined) await client.project.open({ path: projectPath });
      const server = await startWebServer({ port, rendererDir, core });
      const { address } = server;
      terminal.result({ address, port: server.port, fileRoots }, address);
      terminal.note('Ctrl-C stops the server. Only this machine can reach it.');
      if (!options['no-open'] && hasDisplay() && !(await openBrowser(server.launchAddress())))
        terminal.note('No browser could be started: open the address yourself.');
      if (!signal.aborted) await once(signal, 'abort');
      terminal.note('Stopping; press Ctrl-C again to stop at once.');
      // A run that is on saves first.
      allowSaving(signal);
      await server.close();
      await closeAndTell(client, terminal);
    } finally {
      await core.close();
    }
    terminal.note('Stopped.');
  },
});

function rootsOf(given: string[] | undefined, projectPath: string | undefined): string[] {
  const projectDir = projectPath === undefined ? [] : [dirname(projectPath)];
  const roots = given?.map((root) => resolve(root)) ?? [homedir(), process.cwd()];
  return [...new Set([...roots, ...projectDir])];
}
