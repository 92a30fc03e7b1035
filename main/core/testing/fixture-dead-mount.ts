import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { run } from '../../store/database.ts';
import { placeTimes } from '../files/places.ts';
import { requireSession } from '../project/core-state.ts';
import { refusalOf, TestCore } from './a-core.ts';

// Drives a core with paths on a file system that never answers, and prints what it was told. A core
// that waited for one of them in its own thread would never come to the end of this.
const [dead = ''] = process.argv.slice(2);
placeTimes.askedMs = 1000;
placeTimes.listedMs = 500;

await using core = await TestCore.start();
const { client } = core;
const { settings } = core.core.context.core;
const model = await core.addModel({ layers: 1 });
const datasetId = await core.freezeDataset();
const gone = join(dead, 'tiny.gguf');
const { file, own } = requireSession(core.core.context.core);
run(file.db, 'UPDATE model SET path = @gone', { gone });
own.addModel({ sha256: model.sha256, path: gone });
symlinkSync(join(dead, 'x.jsonl'), core.path('link.jsonl'));
settings.addRecent(join(dead, 'p.lima'));

const { modelId } = model;
const spec = { modelId, checkpointId: null, strength: 1 };
const chat = async () => {
  for await (const _ of await client.chat.send({
    system: spec,
    messages: [{ role: 'user', content: 'x' }],
    conversationId: 'c',
    pane: 'left',
    sampling: {},
  }));
};
const asked: Record<string, Promise<unknown>> = {
  list: client.files.list({ path: dead }),
  import: client.imports.start({ path: join(dead, 'x.jsonl') }),
  'import through a link': client.imports.start({ path: core.path('link.jsonl') }),
  'open project': client.project.open({ path: join(dead, 'p.lima') }),
  'new project': client.project.create({ path: join(dead, 'p.lima') }),
  export: client.datasets.export({ datasetId, path: join(dead, 'x.jsonl'), format: 'messages' }),
  'model inspect': client.models.inspect({ path: gone }),
  'model add': client.models.add({ path: gone }),
  prompts: client.prompts.import({ path: join(dead, 'prompts.txt') }),
  merge: client.merges.start({ path: join(dead, 'p.lima') }),
  'backup folder': client.backups.setFolder({ folder: dead }),
  train: client.runs.start({ modelId, datasetId, recipe: { threads: 1 } }),
  'plan memory': client.runs.planMemory({ modelId, recipe: {} }),
  chat: chat(),
};
const refusals = Object.fromEntries(
  await Promise.all(
    Object.entries(asked).map(async ([name, call]) => [name, await refusalOf(call)] as const),
  ),
);
placeTimes.askedMs = 30_000;
const models = await client.models.list();
const recent = await client.project.recent();
const listed = await client.files.list({ path: core.folder });
const path = core.path('out.jsonl');
// A model of the project lies there, and is no reason to export nothing.
const exported = await client.datasets.export({ datasetId, path, format: 'messages' });
const cancel = new AbortController();
placeTimes.askedMs = 3_600_000;
const cancelled = client.files.list({ path: dead }, { signal: cancel.signal });
void setTimeout(100).then(() => cancel.abort());
const wasCancelled = await cancelled.then(
  () => false,
  () => cancel.signal.aborted,
);
placeTimes.askedMs = 500;
settings.backupFolder = dead;
const backup = await refusalOf(client.backups.make());
await client.project.close();
const answer = {
  refusals,
  backup,
  isMissing: models.map((each) => each.isMissing),
  recent: recent.map(({ exists, isSilent }) => ({ exists, isSilent })),
  listed: listed.entries.map(({ name }) => name),
  exported: exported.samples,
  wasCancelled,
};
process.stdout.write(JSON.stringify(answer));
