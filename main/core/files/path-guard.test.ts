import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { modelPartPaths } from '../../../shared/domain/model/model-parts.ts';
import { PathGuard } from './path-guard.ts';
import { refusalOf, TestCore } from '../testing/a-core.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lima-paths-')));
afterAll(() => rmSync(folder, { recursive: true }));
const [root, outside] = [join(folder, 'root'), join(folder, 'outside')];
for (const path of [root, outside, join(folder, 'root-x')]) mkdirSync(path);
writeFileSync(join(root, 'file'), '');
writeFileSync(join(outside, 'secret'), '');
symlinkSync(outside, join(root, 'out'));
symlinkSync(join(outside, 'new'), join(root, 'dangling'));
symlinkSync(join(outside, 'new.lima'), join(root, 'dangling.lima'));
symlinkSync(join('..', 'outside', 'new'), join(root, 'relative'));
symlinkSync(join(root, 'loop'), join(root, 'loop'));
symlinkSync(root, join(folder, 'alias'));

const guard = new PathGuard([root]);
const codeOf = (check: () => unknown): unknown => {
  try {
    return check();
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
};

test.each([
  ['a parent', '../outside/secret'],
  ['the root’s own parent', '..'],
  ['a sibling that begins like the root', '../root-x/file'],
  ['a link to a folder', 'out/secret'],
  ['a link to a folder and a new file there', 'out/new'],
  ['a link to a file that does not exist yet', 'dangling'],
  ['a relative link to such a file', 'relative'],
  ['a new file in a new folder of a link', 'out/a/b'],
])('a path that leads out of the roots by %s is forbidden', (_, way) => {
  expect(codeOf(() => guard.check(`${root}/${way}`))).toBe('PATH_FORBIDDEN');
});

test('a part of a split model is forbidden where another part leads out of the roots', () => {
  const [first = '', , third = ''] = modelPartPaths(join(root, 'quince-00001-of-00003.gguf'));
  expect(guard.check(first)).toBe(first);
  symlinkSync(join(outside, 'secret'), third);
  expect(codeOf(() => guard.check(first))).toBe('PATH_FORBIDDEN');
  rmSync(third);
});

test('a path with NUL or a circle of links is refused with its own reason', () => {
  expect(codeOf(() => guard.check(`${root}/file\0.txt`))).toBe('INVALID_INPUT');
  expect(codeOf(() => guard.check(join(root, 'loop')))).toBe('FILE_UNREADABLE');
});

test('a path inside a root is allowed, also when it does not exist or the root is a link', () => {
  for (const name of ['file', 'new', 'a/b/c', '..dots', 'out/../file', '']) {
    const path = join(root, name);
    expect(guard.check(path)).toBe(path);
  }
  const alias = new PathGuard([join(folder, 'alias')]);
  expect(alias.check(join(folder, 'alias', 'file'))).toBe(join(folder, 'alias', 'file'));
  expect(new PathGuard(['/']).check(root)).toBe(root);
  expect(new PathGuard(null).check('/etc/hostname')).toBe('/etc/hostname');
});

test('every procedure that takes a path refuses one outside the roots', async () => {
  await using core = await TestCore.start({ folder: root, fileRoots: [root] });
  const path = join(outside, 'secret');
  const datasetId = await core.freezeDataset();
  const { modelId } = await core.addModel();
  const messages = [{ role: 'user' as const, content: 'x' }];
  const generate = async (system: { basePath: string; adapterPath?: string }) => {
    const items = [{ key: 'k', messages }];
    for await (const _ of await core.client.generations.run({ system, items }));
  };
  const calls = [
    core.client.project.open({ path }),
    core.client.project.create({ path: join(root, 'dangling') }),
    core.client.imports.start({ path }),
    core.client.models.inspect({ path }),
    core.client.models.add({ path }),
    core.client.models.relocate({ id: modelId, path }),
    core.client.prompts.import({ path }),
    core.client.files.list({ path: outside }),
    core.client.datasets.export({ datasetId, path, format: 'lima' }),
    core.client.project.createSample({ path: join(outside, 'new.lima') }),
    core.client.runs.export({ checkpointId: 'x', kind: 'gguf', type: null, path }),
    core.client.evaluations.saveReport({ id: 'x', format: 'json', path }),
    generate({ basePath: path }),
    generate({ basePath: join(root, 'tiny.gguf'), adapterPath: path }),
  ];
  const codes = await Promise.all(calls.map(async (call) => (await refusalOf(call)).code));
  expect(codes).toEqual(calls.map(() => 'PATH_FORBIDDEN'));
});
