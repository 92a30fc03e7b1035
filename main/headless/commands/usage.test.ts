import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from './command-table.ts';
import { runCommandLine } from '../cli/run-command-line.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lima-usage-'));
  process.env['LIMA_USER_DATA'] = join(folder, 'user');
});
afterAll(() => {
  delete process.env['LIMA_USER_DATA'];
  rmSync(folder, { recursive: true });
});

/** Runs a command line in this process with streams that are read back. */
async function run(...words: string[]) {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const { signal } = new AbortController();
  const code = await runCommandLine(words, { commands, streams, signal });
  streams.stdout.end();
  streams.stderr.end();
  return { code, stdout: await text(streams.stdout), stderr: await text(streams.stderr) };
}

describe('wrong usage ends with 2 before anything is opened, created or asked of an engine', () => {
  const p = 'missing.lima';
  const asked = ['chat', '--base', 'b.gguf', '--prompt', 'x'];
  const many = ['generate', p, '--base', 'b.gguf', '--prompts', 'x'];
  const both = ['evaluate', p, '--a', 'x.gguf', '--b', 'y.gguf', '--prompts', 'x'];
  const wrong: [string, string[], RegExp][] = [
    ['an unknown command', ['fly'], /no command "fly"/],
    ['half a command', ['dataset'], /lima dataset freeze, lima dataset export/],
    ['an unknown word in a group', ['model', 'eat'], /lima model inspect/],
    ['a missing project', ['info'], /missing/],
    ['two projects', ['info', p, 'b.lima'], /"b.lima" is too much/],
    ['an unknown option', ['info', p, '--fast'], /--fast/],
    ['an option without its value', ['samples', p, '--query'], /--query/],
    ['a value for a switch', ['import', p, 'f', '--dry-run=yes'], /dry-run/],
    ['a limit that is no number', ['samples', p, '--limit', 'ten'], /--limit "ten"/],
    ['a negative limit', ['samples', p, '--limit=-1'], /--limit "-1"/],
    ['a negative number behind a space', ['samples', p, '--limit', '-1'], /--limit "-1"/],
    ['a place for nothing', ['prompts', 'edit', p, 's', '--replace', '1', '--at', '2'], /--at is/],
    ['a tag with a comma', ['prompts', 'tag', p, 's', 'a,b'], /"a,b" is no tag/],
    ['two ways to grade', ['grade', p, 'e', '--list', '--results'], /one of --grades, --list/],
    ['a limit above all', ['samples', p, '--limit', '2000'], /--limit "2000" .* 1 to 1000/],
    ['a command with letters swapped', ['trian', p], /no command "trian". Did you mean train\?/],
    ['an option that lacks a letter', ['info', p, '--jsn'], /--jsn'. Did you mean --json\?/],
    ['a format with a letter too many', ['report', p, 'e', '--format', 'htmll'], /mean html\?/],
    ['a negative strength', [...asked, '--adapter', 'a', '--strength', '-.5'], /--strength "-.5"/],
    ['a strength that is none', [...asked, '--adapter', 'a', '--strength', 'NaN'], /from 0 to 4/],
    ['more answers side by side than fit', [...many, '--parallel', '65'], /"65" .* 1 to 64/],
    ['a seed beyond 32 bits', [...both, '--seed', '4294967296'], /--seed "4294967296"/],
    ['sampling by a wrong name', [...asked, '--set', 'temprature=1'], /mean temperature\?/],
    ['a limit of zero', ['samples', p, '--limit', '0'], /from 1 to 1000/],
    ['an unknown status', ['samples', p, '--status', 'good'], /pending, accepted, rejected/],
    ['an unknown format', ['import', p, 'f', '--format', 'csv'], /alpaca, sharegpt, lima/],
    ['an unknown review', ['review', p, 'love', '--all'], /accept, reject, reset/],
    ['a review of nothing', ['review', p, 'accept'], /exactly one of/],
    ['a review of two kinds', ['review', p, 'accept', '--all', '--query', 'x'], /exactly one of/],
    ['ids without --id', ['review', p, 'accept', 'x', '--all'], /"x" is too much/],
    ['a training without a base', ['train', p, '--dataset', 'd'], /--base is missing/],
    ['a training without a dataset', ['train', p, '--base', 'b.gguf'], /--dataset is missing/],
    ['a chat without a prompt', ['chat', '--base', 'b.gguf'], /--prompt is missing/],
    ['an evaluation of one', ['evaluate', p, '--a', 'x.gguf'], /--b is missing/],
    ['a report form', ['report', p, 'e', '--format', 'pdf'], /json, md, html/],
    ['a form of what was lost', ['report', p, 'e', '--lost', '--format', 'md'], /no --format/],
    ['a loser of nothing', ['report', p, 'e', '--system', 'a'], /give it with --lost/],
    ['a port above all ports', ['serve', '--port', '70000'], /65535/],
    ['a root that is no folder', ['serve', '--root', 'package.json'], /--root package.json is no/],
    ['a port that is no number', ['serve', '--port', 'http'], /--port "http"/],
  ];
  it.each(wrong)('%s is refused', async (_, words, message) => {
    const { code, stdout, stderr } = await run(...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    const json = await run(...words, '--json');
    expect([json.code, json.stderr]).toEqual([2, '']);
    expect(JSON.parse(json.stdout)).toEqual({
      error: { code: 'USAGE', message: expect.stringMatching(message), data: {} },
    });
    expect(existsSync(p)).toBe(false);
  });

  const settings: [string, RegExp][] = [
    ['epoch=3', /epoch is unknown. Did you mean epochs\?/],
    ['shape=3', /shape is unknown. Known keys: .*epochs/],
    ['Epochs=3', /Did you mean epochs\?/],
    ['epochs', /not key=value/],
    ['epochs=', /value is missing/],
    ['epochs=many', /epochs=many/],
    ['epochs=0', /epochs=0: .*may be above 0 and at most 1000/],
    ['maxSteps=1.5', /maxSteps=1.5: .*a whole number, at least 0 and at most 1000000/],
    ['learningRate=2', /learningRate=2/],
    ['schedule=zigzag', /"linear"\|"cosine"\|"constant"/],
    ['minLearningRate=0.5', /minLearningRate 0.5 is above learningRate/],
    ['__proto__=1', /__proto__ is unknown/],
  ];
  it.each(settings)('a recipe field set by %s is refused', async (pair, message) => {
    // Fields that have to fit each other can only be compared where the recipe is known already.
    const recipe = ['--recipe', 'defaults', '--set', pair];
    const words = ['train', p, '--base', 'b.gguf', '--dataset', 'd', ...recipe];
    const { code, stderr } = await run(...words);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it.each([
    [['--other-base'], /--other-base goes with --from-adapter/],
    [['--from-adapter', 'a.gguf', '--resume', 'r'], /--from-adapter is for a new run/],
  ])('an adapter to go on from with %j is refused', async (more, message) => {
    const words = ['train', p, '--base', 'b.gguf', '--dataset', 'd', ...more];
    const { code, stderr } = await run(...words);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it('an unknown recipe is refused with the names of those there are', async () => {
    const { code, stderr } = await run(
      'train',
      p,
      '--base',
      'b',
      '--dataset',
      'd',
      '--recipe',
      'x',
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/no recipe "x". Recipes: .*lima/);
  });

  it.each([
    ['{"description":"d","recipe":{"epoch":3}}', /"epoch" is no field .* Did you mean epochs\?/],
    ['{"description":"d","recipe":{"shape":3}}', /"shape" is no field .* Known keys: .*rank/],
    ['{"description":"d","recipe":{"rank":-3}}', /rank is -3: .* at least 1 and at most 512/],
    ['{"epochs":3}', /it has to be \{"description": "…", "recipe": \{…\}\}/],
    ['[1]', /it has to be \{"description"/],
    ['{bad', /is not JSON: SyntaxError/],
  ])('a recipe file with %s is refused with what is wrong in it', async (text, message) => {
    const path = join(folder, 'own.json');
    writeFileSync(path, text);
    const words = ['train', p, '--base', 'b', '--dataset', 'd', '--recipe', path];
    const { code, stderr } = await run(...words);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('a failure', () => {
  it.each([
    ['a project that is not there', ['info', 'missing.lima'], 'FILE_NOT_FOUND'],
    ['a base that is not there', ['chat', '--base', 'no.gguf', '--prompt', 'x'], 'FILE_NOT_FOUND'],
    ['a model that is no model', ['model', 'inspect', 'package.json'], 'MODEL_INVALID'],
    [
      'a recipe file that is not there',
      ['train', 'p.lima', '--base', 'b.gguf', '--dataset', 'd', '--recipe', 'missing.json'],
      'FILE_NOT_FOUND',
    ],
    ['a vote without a keyboard', ['vote', 'missing.lima', 'e'], 'NO_TERMINAL'],
  ])('by %s ends with 1 and an error code', async (_, words, errorCode) => {
    const { code, stdout } = await run(...words, '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { error: { code: errorCode } }]);
  });
});

describe('help', () => {
  it.each(commands.map((command) => [command.name, command] as const))(
    'of %s names every option, in its usage line too',
    async (name, command) => {
      const { code, stdout } = await run(...name.split(' '), '--help');
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: lima ${command.usage}`);
      const options = Object.keys(command.options).filter((option) => !stdout.includes(option));
      expect(options).toEqual([]);
      for (const option of Object.keys(command.options)) expect(command.usage).toContain(option);
    },
  );

  it('lists every command, for no word at all and for --help', async () => {
    const [bare, asked] = [await run(), await run('--help')];
    expect(bare).toEqual(asked);
    expect(commands.filter(({ name }) => !bare.stdout.includes(name))).toEqual([]);
  });
});

it('prints the version for --version', async () => {
  expect((await run('--version', '--json')).stdout).toMatch(/^\{"version":"\d+\.\d+\.\d+"\}\n$/);
});
