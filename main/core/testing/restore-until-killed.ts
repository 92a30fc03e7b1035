import { createRouterClient } from '@orpc/server';
import { createCore } from '../create-core.ts';

// Makes a backup and restores it, again and again, until somebody kills it.
const [folder = '', path = ''] = process.argv.slice(2);
const core = await createCore({ shell: 'cli', userDataDir: `${folder}/user`, fileRoots: null });
const client = createRouterClient(core.router, { context: core.context });
await client.project.open({ path });
for (;;) {
  const { name } = await client.backups.make();
  process.stdout.write(`made ${name}\n`);
  await client.backups.restore({ path, name });
  process.stdout.write(`restored ${name}\n`);
}
