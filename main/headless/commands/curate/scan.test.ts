import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import {
  answer,
  postRow,
  postsDump,
  question,
} from '../../../core/curate/testing/import-fixtures.ts';
import { makeArchive } from '../../../core/curate/testing/make-archive.ts';
import { CliFolder } from '../../testing/child-cli.ts';

const scanned = z.object({
  scanned: z.array(z.object({ site: z.string() })),
  unchanged: z.array(z.string()),
  refused: z.array(z.object({ path: z.string(), message: z.string() })),
  sites: z.array(
    z.object({ site: z.string(), group: z.string(), counts: z.object({ candidates: z.number() }) }),
  ),
});
const selected = z.object({
  candidates: z.number(),
  picked: z.number(),
  dropped: z.record(z.string(), z.number()),
  picks: z.array(z.object({ site: z.string(), id: z.number() })),
  added: z.number().optional(),
  known: z.number().optional(),
});

const body = `<p>${'Fold the paper along its seam before it goes into the cone. '.repeat(25)}</p>`;
const title = 'Which way round does a paper filter go?';

/** Every site has an answer that is good, one of low score and a title that needs its body. */
const siteDump = (site: number) =>
  postsDump(
    [
      question(1, { Title: `${title} ${site}?`, Score: 9 }),
      answer(2, 1, { Body: `${body}<p>${site}</p>` }),
      question(3, { Title: `${title} ${site}` }),
      answer(4, 3, { Body: body }),
      question(5, { Title: `${title} More ${site}?` }),
      answer(6, 5, { Body: body, Score: 1 }),
    ].map((row) => postRow(row)),
  );

async function writeDump(folder: CliFolder, site: number, text: string): Promise<string> {
  const path = join(folder.path, 'dumps', `site${site}.stackexchange.com.7z`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, await makeArchive({ 'Posts.xml': text, 'Users.xml': '<users></users>' }));
  return path;
}

it('scans a folder of twenty archives in one command, skips what has not changed, and picks the same twice', async () => {
  using folder = new CliFolder();
  for (let site = 0; site < 20; site++) await writeDump(folder, site, siteDump(site));
  await folder.run('new', 'p.lima');
  const scan = async (...words: string[]) =>
    scanned.parse(JSON.parse((await folder.run('scan', 'p.lima', ...words, '--json')).stdout));
  const first = await scan('dumps');
  expect(first.scanned).toHaveLength(20);
  expect(first.sites.map(({ counts }) => counts.candidates)).toEqual(
    Array.from({ length: 20 }, () => 3),
  );
  const changed = await writeDump(folder, 3, siteDump(33));
  utimesSync(changed, 1_700_000_000, 1_700_000_000);
  const second = await scan('dumps');
  expect([second.scanned.map(({ site }) => site), second.unchanged.length]).toEqual([
    ['site3.stackexchange'],
    19,
  ]);
  expect(second.sites).toHaveLength(20);
  const select = async (...words: string[]) =>
    selected.parse(
      JSON.parse((await folder.run('select', 'p.lima', '--n', '15', ...words, '--json')).stdout),
    );
  const planned = await select('--recipe', 'lima', '--dry-run');
  expect(planned).toMatchObject({
    candidates: 60,
    picked: 15,
    dropped: { 'title-not-self-contained': 20, 'answer-score-low': 20, 'not-drawn': 5 },
  });
  const picked = await select();
  expect(picked.picks).toEqual(planned.picks);
  expect([picked.added, picked.known]).toEqual([15, 0]);
  const again = await select();
  expect([again.picks, again.added, again.known]).toEqual([planned.picks, 0, 15]);
  const { stdout } = await folder.run(
    'select',
    'p.lima',
    '--n',
    '40',
    '--set',
    'minAnswerScore=1',
    '--dry-run',
  );
  expect(stdout).toContain('40 of 60 candidates would be picked');
  expect(stdout).toContain('20: the title needs the body');
  const words = ['--n', '1', '--dry-run', '--examples', 'answer-score-low'];
  const { stdout: low } = await folder.run('select', 'p.lima', ...words);
  expect(low.match(/stackexchange 5, score 1\n  \(the dump is packed\)/g)).toHaveLength(5);
}, 300_000);

it('says what is wrong with a path, a number, a setting and a site, and what was never scanned', async () => {
  using folder = new CliFolder();
  folder.write('other.jsonl', [{ instruction: 'a', output: 'b' }]);
  mkdirSync(join(folder.path, 'empty'));
  await folder.run('new', 'p.lima');
  const refusal = async (...words: string[]) => (await folder.run(...words)).stderr.trim();
  expect(await refusal('select', 'p.lima', '--n', '5')).toBe(
    'INVALID_STATE: There is nothing to pick of: scan dumps first.',
  );
  expect(await refusal('scan', 'p.lima', 'empty')).toMatch(
    /^FILE_NOT_FOUND: .*empty holds no dump: looked for Posts\.xml/,
  );
  expect(await refusal('scan', 'p.lima', 'gone.xml')).toMatch(
    /^FILE_NOT_FOUND: .*gone\.xml cannot be read: ENOENT/,
  );
  expect(await refusal('scan', 'p.lima', 'other.jsonl')).toMatch(
    /is no dump of Stack Exchange's posts/,
  );
  expect(await refusal('select', 'p.lima', '--n', '0')).toBe(
    'USAGE: --n 0 is not a whole number from 1 to 100000.',
  );
  expect(await refusal('select', 'p.lima', '--n', '5', '--set', 'temperatur=3')).toMatch(
    /^USAGE: --set temperatur is unknown.*temperature/s,
  );
  expect(await refusal('select', 'p.lima', '--n', '5', '--group', 'coffee=tea')).toMatch(
    /^USAGE: The group of coffee/,
  );
}, 120_000);
