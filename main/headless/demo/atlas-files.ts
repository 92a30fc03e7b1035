import { join } from 'node:path';
import { resourcesDir } from '../../core/base/resources-dir.ts';

const atlasFile = (name: string) => join(resourcesDir, 'atlas', name);

/** What the demo works with: the files of the sample project, and a dump to choose from. */
export const demoFiles = {
  model: atlasFile('atlas.gguf'),
  samples: atlasFile('samples.jsonl'),
  heldOut: atlasFile('held-out.jsonl'),
  validation: atlasFile('validation.jsonl'),
  dump: join(resourcesDir, 'demo', 'tea.stackexchange.Posts.xml'),
} as const;
