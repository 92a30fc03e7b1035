import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { programRoot } from '../confinement/launcher.ts';
import type { EngineFiles } from '../confinement/confined-start.ts';

/** What tests give an engine: whatever they wrote, and the models of the checkout. */
export const testFiles: EngineFiles = { reads: [programRoot], writes: [realpathSync(tmpdir())] };
