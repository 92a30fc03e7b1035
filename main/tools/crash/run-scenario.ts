import { Acts } from './acts.ts';
import { careless, scenarios } from './scenarios.ts';

// Runs one scenario in this process, which the recorder is preloaded into.
const [name = '', path = '', told = ''] = process.argv.slice(2);
const scenario = scenarios[name] ?? careless[name];
if (!scenario) throw new RangeError(`There is no scenario “${name}”`);
await scenario.act(path, new Acts(told));
