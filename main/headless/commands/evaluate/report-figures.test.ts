import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CliFolder } from '../../testing/child-cli.ts';

test('figures of a report and of a table are written as SVG, one by name, and a name that is none lists them', async () => {
  using folder = new CliFolder('here');
  const write = (name: string, rows: object[]) =>
    writeFileSync(join(folder.path, name), rows.map((row) => JSON.stringify(row)).join('\n'));
  const prompts = ['One?', 'Two?', 'Three?'];
  write(
    'asked.jsonl',
    prompts.map((prompt) => ({ prompt })),
  );
  await folder.run('new', 'p.lima');
  await folder.run('prompts', 'import', 'p.lima', 'asked.jsonl');
  for (const name of ['x', 'y']) {
    write(
      `${name}.jsonl`,
      prompts.map((prompt) => ({ prompt, output: `${name} says` })),
    );
    await folder.run('answers', 'import', 'p.lima', 'asked', `${name}.jsonl`, '--system', name);
  }
  const systems = ['--a', 'answers:x', '--b', 'answers:y', '--prompts', 'asked'];
  await folder.run('evaluate', 'p.lima', '--name', 'e', ...systems);
  write(
    'votes.jsonl',
    prompts.map((_, ordinal) => ({ ordinal, verdict: 'neither' })),
  );
  await folder.run('vote', 'p.lima', 'e', '--verdicts', 'votes.jsonl');

  const report = (...words: string[]) => folder.run('report', 'p.lima', 'e', ...words);
  expect((await report('--format', 'svg')).stderr).toContain('still blind');
  const bars = await report('--reveal', '--format', 'svg');
  expect(bars.stdout).toMatch(
    /^<svg[^]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*neither[^]*<\/svg>\s*$/,
  );
  await report('--format', 'svg', '--figure', 'win-rates', '--out', 'rates.svg');
  expect(readFileSync(join(folder.path, 'rates.svg'), 'utf8')).toContain('parity is 50 %');
  const wrong = await report('--format', 'svg', '--figure', 'win-rate');
  expect(wrong).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Choose one of: preferences, win-rates.'),
  });
  expect(await report('--figure', 'levels')).toMatchObject({ code: 2 });

  write('table.jsonl', [
    { system_a: 'x', system_b: 'y', verdict: 'a', prompt: 'One?' },
    { system_a: 'x', system_b: 'y', verdict: 'tie', prompt: 'Two?' },
  ]);
  const drawn = await folder.run('stats', 'table.jsonl', '--figure', 'preferences');
  expect(drawn.stdout).toMatch(/^<svg[^]*n = 2[^]*<\/svg>\s*$/);
  expect(await folder.run('stats', 'table.jsonl', '--figure', 'bars')).toMatchObject({ code: 2 });
});
