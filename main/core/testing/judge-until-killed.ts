import { TestCore } from './a-core.ts';

// Has the model of a folder's project judge its study, and says how far it is; somebody kills this
// process meanwhile.
const [folder = '', studyId = '', modelId = '', rubricHash = ''] = process.argv.slice(2);
const core = await TestCore.start({ folder, project: 'open' });
const judged = { kind: 'study', id: studyId } as const;
const { jobId } = await core.client.judgings.start({ judged, judge: { modelId }, rubricHash });
for await (const { id, progress } of await core.client.jobs.watch({}))
  if (id === jobId) process.stdout.write(`${progress?.done ?? 0}\n`);
