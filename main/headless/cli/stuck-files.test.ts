import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { CliFolder } from '../testing/child-cli.ts';

const stuckProgram = join(import.meta.dirname, '..', 'testing', 'fixture-stuck.ts');

let folder: CliFolder;
beforeAll(async () => {
  folder = new CliFolder();
  execFileSync('mkfifo', [join(folder.path, 'pipe'), join(folder.path, 'pipe.json')]);
  await writeTinyModel(join(folder.path, 'tiny.gguf'), { layers: 1 });
  folder.write('samples.jsonl', [{ instruction: 'Add.', output: '3' }]);
  for (const words of [
    ['new', 'p.lima'],
    ['import', 'p.lima', 'samples.jsonl'],
    ['review', 'p.lima', 'accept', '--all'],
    ['dataset', 'freeze', 'p.lima', 'd'],
  ])
    await folder.run(...words);
});
afterAll(() => folder[Symbol.dispose]());

describe.skipIf(process.platform === 'win32')('a pipe nobody writes to', () => {
  it.each([
    ['import p.lima pipe'],
    ['import p.lima pipe --dry-run'],
    ['model inspect pipe'],
    ['info pipe'],
    ['chat --base pipe --prompt x'],
    ['chat --base tiny.gguf --adapter pipe --prompt x'],
    ['generate p.lima --base tiny.gguf --prompts pipe'],
    ['generate p.lima --base tiny.gguf --prompts samples.jsonl --out pipe'],
    ['train p.lima --base pipe --dataset d'],
    ['train p.lima --base tiny.gguf --dataset d --recipe pipe.json'],
    ['dataset export p.lima d pipe --format messages'],
    ['dataset xray p.lima d --base pipe'],
  ])(
    'is refused by “%s”, by name',
    async (line) => {
      const { code, stdout } = await folder.run(...line.split(' '), '--json');
      expect(code).toBe(1);
      expect(stdout).toMatch(/pipe/);
      expect(stdout).toMatch(/FILE_|MODEL_|PROJECT_INVALID|INVALID_INPUT|NOT_FOUND/);
    },
    60_000,
  );
});

describe.skipIf(process.platform === 'win32')('a command that waits for what never comes', () => {
  it('ends after Ctrl-C, with 130 and a word about it', async () => {
    const cli = folder.start(['stuck', 'pipe', '--json'], stuckProgram);
    await cli.printed(/waiting/);
    cli.child.kill('SIGINT');
    const { stdout } = await cli.finished;
    expect(cli.child.exitCode).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'CANCELLED' } });
  });

  it('ends at once when Ctrl-C is pressed twice, with 130 too', async () => {
    const cli = folder.start(['stuck', 'pipe'], stuckProgram);
    await cli.printed(/waiting/);
    const startMs = performance.now();
    cli.child.kill('SIGINT');
    setTimeout(() => cli.child.kill('SIGINT'), 100);
    await cli.finished;
    expect(cli.child.exitCode).toBe(130);
    expect(performance.now() - startMs).toBeLessThan(1400);
  });

  it.runIf(process.platform === 'linux')(
    'leaves fifteen threads to the rest of the program',
    async () => {
      const cli = folder.start(['stuck', 'pipe'], stuckProgram);
      await cli.printed(/waiting/);
      const tasks = `/proc/${cli.child.pid}/task`;
      const names = readdirSync(tasks).map((id) => readFileSync(join(tasks, id, 'comm'), 'utf8'));
      expect(names.filter((name) => name.trim() === 'libuv-worker')).toHaveLength(16);
      cli.child.kill('SIGINT');
      await cli.finished;
    },
  );

  it('is the server too, which stops with 130', async () => {
    const cli = folder.start(['serve', '--no-open']);
    await cli.printed(/127\.0\.0\.1/);
    cli.child.kill('SIGINT');
    await cli.finished;
    expect(cli.child.exitCode).toBe(130);
  });
});
