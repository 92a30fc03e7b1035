import { EngineProcess } from '../engine-process.ts';
import { trainerErrors } from '../protocol/errors.ts';
import type { FixtureRequests } from './fixture-requests.ts';

// A core that starts an engine, lets it open a file if one is named, and reports its pid; the test
// kills this process.
const url = new URL('./fixture-engine.ts', import.meta.url);
const engine = EngineProcess.start<FixtureRequests>({
  name: 'fixture',
  url,
  errors: trainerErrors,
  files: { reads: [], writes: [] },
  usesDrivers: false,
});
await engine.engine;
const tell = () => process.stdout.write(`${engine.pid}\n`);
const [path] = process.argv.slice(2);
if (path === undefined) tell();
else await engine.request('openFile', { path }, { onEvent: tell });
