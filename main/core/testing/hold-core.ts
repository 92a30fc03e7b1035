import { endlessRecipe, TestCore } from './a-core.ts';

// Opens the project of a folder, says so, and holds it until somebody kills this process. With a
// second argument it starts a long run and says after which epoch it was told to.
const [folder = '', epochs] = process.argv.slice(2);
const core = await TestCore.start({ folder, project: 'open' });
if (epochs === undefined) {
  process.stdout.write('open\n');
  setInterval(() => undefined, 1000);
} else {
  const { runId } = await core.startRun(endlessRecipe);
  await core.reachEpoch(runId, Number(epochs));
  process.stdout.write(`${runId}\n`);
}
