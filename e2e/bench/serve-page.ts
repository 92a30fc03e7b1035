import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { createCore } from '../../main/core/create-core.ts';
import { ensureRendererBuilt } from '../../main/headless/launch/checkout.ts';
import { startWebServer } from '../../main/headless/web/web-server.ts';
import { rendererDir } from '../../main/shell/app-paths.ts';

/** Path of the page that has nothing to do; what it takes is taken by browser and server. */
export const emptyPage = 'empty.html';
const emptyHtml = '<!doctype html><html lang="en"><title>Empty</title><p>0</p></html>';

/**
 * The window with a project open and the empty page beside it, from one server, in a process of its
 * own: `node serve-page.ts FOLDER PROJECT` prints the address and serves until it is killed.
 */
async function serve(folder: string, project: string): Promise<void> {
  ensureRendererBuilt((text) => console.error(text));
  const pages = join(folder, 'pages');
  mkdirSync(pages);
  cpSync(rendererDir, pages, { recursive: true });
  writeFileSync(join(pages, emptyPage), emptyHtml);
  const userDataDir = join(folder, 'user-data');
  const core = await createCore({ shell: 'web', userDataDir, fileRoots: [folder] });
  const client = createRouterClient(core.router, { context: core.context });
  await client.project.open({ path: project });
  const { address } = await startWebServer({ port: 0, rendererDir: pages, core });
  console.log(address);
}

const [folder, project] = process.argv.slice(2);
if (import.meta.main && folder !== undefined && project !== undefined) await serve(folder, project);
