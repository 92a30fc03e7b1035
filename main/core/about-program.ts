import { freemem, totalmem } from 'node:os';
import type { AboutProgram } from '../../shared/contract/settings.ts';
import { appVersion, freeDiskBytes } from './base/application.ts';
import { startInference, startTrainer } from './files/guarded-engines.ts';
import type { CoreState } from './project/core-state.ts';

const noFiles = { reads: [], writes: [] };

/** What this program is and what it runs on; each engine is started to say who it is. */
export async function aboutProgram({ config, log }: CoreState): Promise<AboutProgram> {
  return {
    version: appVersion,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    engines: await Promise.all([
      nameOf('Trainer', () => startTrainer(noFiles)),
      nameOf('Answers', () => startInference(noFiles)),
    ]),
    memoryFreeBytes: freemem(),
    memoryTotalBytes: totalmem(),
    diskFreeBytes: await freeDiskBytes(config.userDataDir),
    settingsFolder: config.userDataDir,
    logPath: log.path,
  };
}

interface Startable extends Disposable {
  engine: Promise<string>;
}

async function nameOf(
  part: string,
  start: () => Startable,
): Promise<AboutProgram['engines'][number]> {
  try {
    using started = start();
    const name = await started.engine;
    return { part, name, isLoaded: !name.includes('unavailable') };
  } catch (error) {
    return { part, name: error instanceof Error ? error.message : String(error), isLoaded: false };
  }
}
