import { TestCore } from './a-core.ts';

// Merges other.lima of a folder into the project there, and says when it begins; somebody kills
// this process meanwhile.
const core = await TestCore.start({ folder: process.argv[2] ?? '', project: 'open' });
await core.client.merges.start({ path: core.path('other.lima') });
process.stdout.write('merging\n');
setInterval(() => undefined, 1000);
