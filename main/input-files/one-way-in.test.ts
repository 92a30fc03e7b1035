import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

const main = join(import.meta.dirname, '..');
const readers = ['readFile', 'readFileSync', 'createReadStream', 'open', 'openSync', 'copyFile'];

/** Who opens files without this folder, and why no pipe or device can be behind the name. */
const others: Record<string, string> = {
  '/sync-folder.ts': 'opens folders only, to make their names durable',
  'side-files/side-file.ts': 'makes files, exclusively',
  'trainer/checkpoint/atomic-folder.ts': 'makes files, exclusively',
  'trainer/checkpoint/write-resume.ts': 'makes files, exclusively',
  'store/file/project-lock.ts': 'asks what it opened, without waiting; 4 KB at most',
  'store/file/project-header.ts': 'asks what it opened, without waiting; 100 bytes',
  'store/file/project-side-files.ts': 'asks what it opened, without waiting; a few bytes',
  'store/file/recovered-header.ts': 'asks what it opened, without waiting; 256 MB at most',
  'store/file/reading-place.ts': 'copies a project that was inspected',
  'store/merge/merge-files.ts': 'a private copy',
  'store/backups/migration-backup.ts': 'a copy that it made',
  'store/backups/replace-project.ts': 'a backup that was inspected',
  'store/backups/write-backup.ts': 'a copy that it made',
  'core/merge/copy-file.ts': 'asks what it opened, without waiting, and follows no link',
  'core/merge/undo-merge.ts': 'a backup that it made',
  'store/staging/scratch-file.ts': 'makes a file in a folder that it made',
  'core/curate/scan/candidate-file.ts': 'files of its own in the folder of settings',
  'core/files/artifacts.ts': 'asks what it opened, without waiting; a small text',
  'core/files/export-files.ts': 'makes files, exclusively',
  'core/files/protected-places.ts': 'asks what it opened, without waiting; 16 bytes',
  'core/files/local-disks.ts': 'a file of the kernel',
  'core/files/project-to-read.ts': 'makes files, exclusively',
  'engines/confinement/build.ts': 'files of the checkout',
  'electron/verify-package.ts': 'files of the product',
  'shell/static-files.ts': 'files of the product: the page',
  'core/base/application.ts': 'a file of the product: package.json',
  'core/sample-project.ts': 'a file of the product: the model of the sample project',
  'headless/demo/held-out.ts': 'a file of the product',
  'headless/demo/make-plan.ts': 'a file of the product',
  'headless/demo/countries.ts': 'a file of the product',
  'headless/launch/checkout.ts': 'a file of the checkout',
  'electron/window.ts': 'a file of its own in the folder of settings',
  'trainer/kernels/build.ts': 'files of the checkout',
  'trainer/weights/quantize-model.ts': 'models that tests and tools wrote',
  'trainer/memory/run-memory.ts': 'a file of the kernel',
  'trainer/memory/free-memory.ts': 'files of the kernel',
};

const isKnown = (path: string) => Object.keys(others).some((other) => path.endsWith(other));

/** Names that a file imports from node:fs and node:fs/promises. */
function fromFileSystem(text: string): string[] {
  const imports = text.matchAll(/import \{([^}]*)\} from 'node:fs(?:\/promises)?';/g);
  return [...imports].flatMap(([, names = '']) => names.split(',').map((name) => name.trim()));
}

test('every path that a person or a file names is opened by input-file.ts', () => {
  const files = readdirSync(main, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !/\.test\.ts$|\/testing\/|^tools\//.test(path));
  const opening = files.filter((path) =>
    fromFileSystem(readFileSync(join(main, path), 'utf8')).some((name) => readers.includes(name)),
  );
  const own = relative(main, join(import.meta.dirname, 'input-file.ts')).replaceAll('\\', '/');
  expect(opening).toContain(own);
  expect(opening.filter((path) => path !== own && !isKnown(path))).toEqual([]);
});
