import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message } from '../../../shared/domain/message.ts';
import { createProjectFile, type ProjectFile } from '../file/open-project-file.ts';
import type { NewSample } from '../repositories/samples/samples.ts';

/** A project in a folder of its own; disposing of it closes the file and removes the folder. */
export interface TestProject extends Disposable {
  folder: string;
  path: string;
  file: ProjectFile;
}

/** Makes an empty project made by the production code. */
export function aProject(): TestProject {
  const folder = mkdtempSync(join(tmpdir(), 'lima-store-'));
  const path = join(folder, 'test.lima');
  const file = createProjectFile(path);
  return {
    folder,
    path,
    file,
    [Symbol.dispose]: () => {
      file.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A sample whose words and origin depend on `number` alone. */
export function aSample(number: number, changes: Partial<NewSample> = {}): NewSample {
  const messages: Message[] = [
    { role: 'user', content: `Question number ${number}?` },
    { role: 'assistant', content: `Answer number ${number}.` },
  ];
  return {
    messages,
    source: 'test',
    provenance: {},
    flags: [],
    originHash: `origin-${number}`,
    ...changes,
  };
}
