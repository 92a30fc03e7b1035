import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { chromium, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { findBrowser } from '../../.ci/browser.ts';
import { addEvaluation, conversation, writeProject } from '../sample-files.ts';
import { addLargeStudy } from './large-study.ts';
import { coldLoad } from './cold-load.ts';
import { countPresses, keyToFrame, type Presses, type Sign } from './key-to-frame.ts';
import { emptyPage } from './serve-page.ts';

// `npm run bench:window`: how long a person waits in the window, beside an empty page of the same
// server; exit code 1 when a bar is missed.
const samples = 1000;
const accepts = 200;
const pairs = 120;
const loads = 20;
/** A vote sooner after a pair appeared is taken for one on the pair before. */
const voteRestMs = 320;
/** Every pair of twenty systems on 300 prompts: 57,000 comparisons. */
const study = { name: 'all-against-all', systems: 20, prompts: 300 };
/** `--votes 1000`: an hour's work by keyboard. */
const studyVotes = Number(
  parseArgs({ options: { votes: { type: 'string' } } }).values.votes ?? 200,
);
const bars = { acceptMs: 50, voteMs: 30, studyVoteMs: 50, firstContentMs: 500 };

interface Row {
  name: string;
  tookMs: readonly number[];
  emptyMs: readonly number[];
  barMs: number;
  /** The bar is of the longest one instead of the 95th percentile. */
  isOfLongest?: boolean;
}

const words = 'Yeast works slowly when it is cold, and slow work gives the dough more taste. ';

function makeProject(folder: string): string {
  const path = join(folder, 'bench.lima');
  const numbered = Array.from({ length: samples }, (_, index) => ({
    messages: conversation(`How does dough number ${index + 1} rise?`, words.repeat(8)),
  }));
  writeProject(path, numbered);
  const answered = Array.from({ length: pairs }, (_, index) => ({
    prompt: `How does dough number ${index + 1} rise?`,
    a: `Answer ${index + 1}. ${words.repeat(8)}`,
    b: `Reply ${index + 1}. ${words.repeat(6)}`,
  }));
  addEvaluation(path, 'dough', answered);
  addLargeStudy(path, { ...study, words: words.repeat(8) });
  return path;
}

async function startServer(folder: string, project: string) {
  const script = join(import.meta.dirname, 'serve-page.ts');
  const server = spawn(process.execPath, [script, folder, project], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = async () => {
    server.kill('SIGKILL');
    if (server.exitCode === null) await once(server, 'exit');
  };
  for await (const line of createInterface({ input: server.stdout }))
    if (line.startsWith('http://')) return { address: line, stop };
  throw new Error('The server ended without an address; its words are above.');
}

const sampleSign: Sign = { selector: 'article[aria-label^="Sample "]', attribute: 'aria-label' };
// Two pairs in a row may have the same left answer, never the same place.
const pairSign: Sign = { selector: '.vote-place' };

const rowsOf = (page: Page) => page.getByRole('listbox', { name: 'Samples' }).getByRole('option');

/** Accepts in the list of everything, then in that of the pending, from which each one goes. */
async function measureAccepts(page: Page): Promise<Record<'all' | 'pending', number[]>> {
  const presses: Presses = { key: 'a', times: accepts, restMs: 20 };
  await rowsOf(page).first().click();
  const all = await keyToFrame(page, sampleSign, presses);
  await page.getByRole('radio', { name: /^Pending/ }).click();
  await page.getByText(`${samples - accepts} samples`).waitFor();
  await rowsOf(page).first().click();
  return { all, pending: await keyToFrame(page, sampleSign, presses) };
}

async function measureVotes(page: Page, name: string, times: number): Promise<number[]> {
  await page.getByRole('tab', { name: 'Evaluate' }).click();
  await page.getByRole('button', { name }).first().click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
  await page.getByRole('region', { name: 'Left answer' }).waitFor();
  return await keyToFrame(page, pairSign, { key: '1', times, restMs: voteRestMs });
}

/** The least that a key press can take: a page that changes one text at once. */
async function measureEmpty(context: BrowserContext, origin: string): Promise<number[]> {
  const page = await context.newPage();
  await page.goto(`${origin}/${emptyPage}`);
  await countPresses(page, 'a');
  const took = await keyToFrame(page, { selector: 'p' }, { key: 'a', times: 100, restMs: 20 });
  await page.close();
  return took;
}

async function measureLoads(context: BrowserContext, origin: string) {
  const found = { window: new Array<number>(), painted: new Array<number>() };
  const empty = new Array<number>();
  for (let load = 0; load < loads; load += 1) {
    const { firstPaintMs } = await coldLoad(context, `${origin}/${emptyPage}`, 'p');
    empty.push(firstPaintMs);
    const row = '[role="listbox"] [role="option"]';
    const window = await coldLoad(context, origin, row);
    found.painted.push(window.firstPaintMs);
    found.window.push(window.firstContentMs);
  }
  return { ...found, empty };
}

async function measure(browser: Browser, address: string): Promise<Row[]> {
  const { origin } = new URL(address);
  const context = await browser.newContext({ viewport: { width: 1280, height: 840 } });
  const page = await context.newPage();
  await page.goto(address);
  await rowsOf(page).first().waitFor();
  const loaded = await measureLoads(context, origin);
  const emptyMs = await measureEmpty(context, origin);
  await page.bringToFront();
  const accepted = await measureAccepts(page);
  const voted = await measureVotes(page, 'dough', pairs - 10);
  const votedInStudy = await measureVotes(page, study.name, studyVotes);
  const barOf = (barMs: number) => ({ emptyMs, barMs });
  const load = { emptyMs: loaded.empty, barMs: bars.firstContentMs };
  return [
    { name: 'accept to next sample, all', tookMs: accepted.all, ...barOf(bars.acceptMs) },
    { name: 'accept to next, pending', tookMs: accepted.pending, ...barOf(bars.acceptMs) },
    { name: 'vote to next pair', tookMs: voted, ...barOf(bars.voteMs) },
    {
      name: 'vote, of 57,000 pairs',
      tookMs: votedInStudy,
      ...barOf(bars.studyVoteMs),
      isOfLongest: true,
    },
    { name: 'cold load, first paint', tookMs: loaded.painted, ...load },
    { name: 'cold load, first sample', tookMs: loaded.window, ...load },
  ];
}

/** The value below which a share of all values lies. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((first, second) => first - second);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
}

const widths = [27, 6, 9, 9, 9, 9, 6, 15, 11, 12, 7];
const line = (cells: readonly string[]) =>
  cells
    .map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0)))
    .join('');
const ms = (value: number) => value.toFixed(1);

/** Prints one line; returns whether the bar holds. */
function show({ name, tookMs, emptyMs, barMs, isOfLongest = false }: Row): boolean {
  const p95 = quantile(tookMs, 0.95);
  const empty = quantile(emptyMs, 0.95);
  const longest = Math.max(...tookMs);
  const isHeld = (isOfLongest ? longest : p95) <= barMs;
  const over = tookMs.filter((took) => took > barMs).length;
  const found = [quantile(tookMs, 0.5), p95, longest].map(ms);
  const beside = [Math.max(...emptyMs), empty, p95 - empty].map(ms);
  const ratio = (p95 / empty).toFixed(1);
  const cells = [name, String(tookMs.length), ...found, ms(barMs), String(over), ...beside, ratio];
  console.log(line(cells) + (isHeld ? '' : '  bar missed'));
  return isHeld;
}

const load = () =>
  `${loadavg()[0]?.toFixed(1)} processes wanted one of ${availableParallelism()} cores`;

async function main(): Promise<void> {
  const executablePath = findBrowser()?.path;
  if (executablePath === undefined)
    throw new Error('There is no Chromium: set CHROMIUM_PATH to one.');
  const folder = mkdtempSync(join(tmpdir(), 'lima-bench-window-'));
  const before = load();
  const server = await startServer(folder, makeProject(folder));
  const browser = await chromium.launch({ executablePath });
  try {
    const rows = await measure(browser, server.address);
    console.log(
      `In milliseconds; ${samples} samples. In the minute before ${before}, at the end ${load()}.`,
    );
    const found = ['median', 'p95', 'longest', 'bar', 'over'];
    const beside = ['empty longest', 'empty p95', 'difference', 'ratio'];
    console.log(line(['', 'n', ...found, ...beside]));
    process.exitCode = rows.map(show).every(Boolean) ? 0 : 1;
  } finally {
    await browser.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
