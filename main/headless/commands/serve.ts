import { once } from 'node:events';
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { rendererDir, userDataDir } from '../../shell/app-paths.ts';
import {
  afterStopping,
  countOngoing,
  describeOngoing,
} from '../../../shared/text/project/ongoing-work.ts';
import type { Core } from '../../core/create-core.ts';
import type { Terminal } from '../cli/terminal.ts';
import { closeAndTell, tellOpening } from '../cli/open-core.ts';
import { defineCommand, wholeNumber } from '../cli/command.ts';
import { UsageError } from '../cli/command-error.ts';
import { allowSaving, holdInterrupt } from '../cli/interrupt.ts';
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
    const missing = options.root?.find((root) => !isFolder(root));
    if (missing !== undefined)
      throw new UsageError(
        `--root ${missing} is no folder that is there: files are reached in folders.`,
      );
    const projectPath = positionals[0] === undefined ? undefined : resolve(positionals[0]);
    ensureRendererBuilt((text) => terminal.note(text));
    const { createCore } = await import('../../core/create-core.ts');
    const { startWebServer } = await import('../web/web-server.ts');
    const fileRoots = rootsOf(options.root, projectPath);
    const core = await createCore({ shell: 'web', userDataDir: userDataDir(), fileRoots });
    try {
      const client = createRouterClient(core.router, { context: core.context });
      if (projectPath !== undefined)
        await tellOpening(client, { terminal, signal }, (how) =>
          client.project.open({ path: projectPath }, how),
        );
      const server = await startWebServer({ port, rendererDir, core });
      const { address } = server;
      terminal.result({ address, port: server.port, fileRoots }, address);
      terminal.note('Ctrl-C stops the server. Only this machine can reach it.');
      holdInterrupt(signal, onceWhileBusy(core, terminal));
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

/** The first Ctrl-C while something goes on only tells of it, so that the next one means it. */
function onceWhileBusy({ context }: Pick<Core, 'context'>, terminal: Pick<Terminal, 'note'>) {
  let toldOf: string | undefined;
  return () => {
    const work = context.core.session?.ongoing();
    if (!work || work.jobs.length + work.answers === 0) return false;
    const ids = work.jobs.map(({ id }) => id).join(' ');
    // What was started since then has not been told of.
    if (ids === toldOf) return false;
    toldOf = ids;
    for (const line of describeOngoing(work)) terminal.note(line);
    terminal.note(
      `${countOngoing(work)} would end with the server, so it goes on. Closing the browser does not ` +
        `stop them. Press Ctrl-C again to stop them and the server. ${afterStopping(work)}`,
    );
    return true;
  };
}

const isFolder = (path: string): boolean =>
  statSync(resolve(path), { throwIfNoEntry: false })?.isDirectory() ?? false;

function rootsOf(given: string[] | undefined, projectPath: string | undefined): string[] {
  const projectDir = projectPath === undefined ? [] : [dirname(projectPath)];
  const roots = given?.map((root) => resolve(root)) ?? [homedir(), process.cwd()];
  return [...new Set([...roots, ...projectDir])];
}
