import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { MergeReport } from '../../../shared/contract/merge.ts';
import { resultOf } from '../../../shared/contract/job-kinds.ts';
import { isJobFinished, type JobSnapshot } from '../../../shared/domain/job.ts';
import { run } from '../../store/database.ts';
import { listCheckpoints } from '../../store/repositories/checkpoints.ts';
import { listRuns } from '../../store/repositories/runs.ts';
import { openProjectFile } from '../../store/file/open-project-file.ts';
import { projectContent } from '../../store/merge/project-content.ts';
import { perform, type Deed } from '../../store/testing/project-history.ts';
import { refusalOf, TestCore } from '../testing/a-core.ts';
import { twoCopies } from '../testing/two-copies.ts';

/** Does something in a closed project. */
function work(path: string, author: string, ...deeds: Deed[]): void {
  const file = openProjectFile(path);
  for (const deed of deeds) perform(file.db, deed, author);
  file.close();
}

function contentOf(path: string): string[] {
  const file = openProjectFile(path);
  try {
    return [...projectContent(file.db)];
  } finally {
    file.close();
  }
}

/** Waits for a job whose project is replaced by the file that it made. */
async function ended(core: TestCore, jobId: string): Promise<JobSnapshot> {
  for (;;) {
    const job = await core.client.jobs.get({ id: jobId });
    if (isJobFinished(job.state)) return job;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function merge(core: TestCore, path: string, dryRun = false): Promise<MergeReport> {
  const { jobId } = await core.client.merges.start({ path, dryRun });
  await ended(core, jobId);
  const job = await core.client.jobs.get({ id: jobId });
  const report = resultOf(job, 'merge');
  if (!report) throw new Error(`The merge ${job.state}: ${JSON.stringify(job.error)}`);
  return report;
}

const accept: Deed = { do: 'review', action: 'accept', at: 0 };
const reject: Deed = { do: 'review', action: 'reject', at: 0 };

test('a merge of a closed copy brings its work, keeps the other file, and is done once', async () => {
  const { core, other } = await twoCopies();
  await using _ = core;
  work(core.projectPath, 'me', { do: 'edit', at: 1, text: 'Mine.' }, reject);
  work(
    other,
    'you',
    { do: 'import', first: 20, count: 3 },
    { do: 'edit', at: 1, text: 'Yours.' },
    accept,
  );
  const before = readFileSync(other);
  await core.client.project.open({ path: core.projectPath });
  const plan = await merge(core, other, true);
  expect(plan).toMatchObject({ dryRun: true, changed: true, backup: null });
  expect((await core.client.samples.facets()).statuses).not.toMatchObject({ pending: 3 });
  const report = await merge(core, other);
  expect(report.counts).toEqual(plan.counts);
  expect(report.counts['samples']).toEqual({ came: 3, known: 4 });
  expect(report.content).toBe(plan.content);
  expect(report.edits.total).toBe(1);
  expect(report.edits.first[0]?.authors.toSorted()).toEqual(['me', 'you']);
  expect(readFileSync(other).equals(before)).toBe(true);
  expect(await merge(core, other)).toMatchObject({ changed: false, backup: null });
  expect(await core.client.project.current()).toMatchObject({ access: 'edit' });
  expect(existsSync(report.backup ?? '')).toBe(true);
  // The other way round.
  await core.client.project.close();
  const mine = contentOf(core.projectPath);
  work(other, 'you');
  const second = core.path('second.lima');
  copyFileSync(report.backup ?? '', second);
  await core.client.project.open({ path: other });
  await merge(core, second);
  await core.client.project.close();
  expect(contentOf(other)).toEqual(mine);
});

test('edits that stand beside each other are shown until somebody chooses one', async () => {
  const { core, other } = await twoCopies();
  await using _ = core;
  work(core.projectPath, 'me', { do: 'edit', at: 1, text: 'Mine.' });
  work(other, 'you', { do: 'edit', at: 1, text: 'Yours.' });
  await core.client.project.open({ path: core.projectPath });
  await merge(core, other);
  const [conflict] = await core.client.merges.editConflicts();
  const sampleId = conflict?.sampleId ?? '';
  const edits = await core.client.merges.edits({ sampleId });
  expect(edits.map((edit) => [edit.author, edit.messages.at(-1)?.content])).toEqual([
    ['me', 'Mine.'],
    ['you', 'Yours.'],
  ]);
  const chosen = await core.client.merges.choose({
    sampleId,
    versionId: edits[0]?.versionId ?? '',
  });
  expect(chosen.messages.at(-1)?.content).toBe('Mine.');
  expect(await core.client.merges.editConflicts()).toEqual([]);
  // The other copy does not bring the conflict back.
  await merge(core, other);
  expect(await core.client.merges.editConflicts()).toEqual([]);
  expect((await core.client.samples.get({ id: sampleId })).messages.at(-1)?.content).toBe('Mine.');
});

test('undoing a merge goes back to before it, and sets aside what was done since', async () => {
  const { core, other } = await twoCopies();
  await using _ = core;
  work(other, 'you', { do: 'import', first: 20, count: 3 }, reject);
  const before = contentOf(core.projectPath);
  await core.client.project.open({ path: core.projectPath });
  expect(await core.client.merges.undoable()).toBeNull();
  expect(await refusalOf(core.client.merges.undo({}))).toMatchObject({ code: 'INVALID_STATE' });
  await merge(core, other);
  await core.client.samples.review({
    action: 'accept',
    selection: { filter: { status: 'pending' } },
  });
  const refusal = await refusalOf(core.client.merges.undo({}));
  expect(refusal.message).toMatch(/Since “Merge other\.lima” there were 3 reviews/);
  const [evaluation] = await core.client.evaluations.list();
  await core.client.evaluations.reveal({ id: evaluation?.id ?? '' });
  expect((await core.client.merges.undoable())?.laterWork).toMatchObject({
    reviews: 3,
    reveals: 1,
  });
  const { aside } = await core.client.merges.undo({ evenWithLaterWork: true });
  expect(await core.client.merges.undoable()).toBeNull();
  expect((await core.client.jobs.list()).map(({ kind, state }) => `${kind} ${state}`)).toContain(
    'merge cancelled',
  );
  await core.client.project.close();
  expect(contentOf(core.projectPath)).toEqual(before);
  await core.client.project.open({ path: core.projectPath });
  const again = await merge(core, aside ?? '');
  expect(again.counts).toMatchObject({ samples: { came: 3 }, reviews: { came: 4 } });
});

test('weights come along by their hash; what is missing or differs is named', async () => {
  const { core, other } = await twoCopies();
  await using _ = core;
  const train: Deed = { do: 'train', name: 'theirs', at: 0 };
  work(
    other,
    'you',
    train,
    ...[1.5, 1.25, 1].map((loss) => ({ do: 'go on' as const, at: 0, loss })),
  );
  const file = openProjectFile(other);
  run(file.db, `UPDATE checkpoint SET sha256 = @sha256OfWeights WHERE run_id <> 'r'`, {
    sha256OfWeights,
  });
  const runId = listRuns(file.db).find(({ name }) => name === 'theirs')?.id ?? '';
  file.close();
  const place = (epoch: number) => `runs/${runId}/epoch-00${epoch}/adapter.gguf`;
  for (const epoch of [1, 2])
    mkdirSync(dirname(join(`${other}.d`, place(epoch))), { recursive: true });
  writeFileSync(join(`${other}.d`, place(1)), 'right');
  writeFileSync(join(`${other}.d`, place(2)), 'wrong');
  // In the place of what comes lies something else that is as long.
  const taken = join(`${core.projectPath}.d`, place(1));
  mkdirSync(dirname(taken), { recursive: true });
  writeFileSync(taken, 'other');
  await core.client.project.open({ path: core.projectPath });
  const { files } = await merge(core, other);
  expect(files.came).toBe(1);
  expect(files.missing.map(({ why }) => why)).toEqual([
    'its SHA-256 is not the one of the run',
    expect.stringMatching(/^there is no .*epoch-003/),
  ]);
  expect(readFileSync(taken, 'utf8')).toBe('right');
  expect(readFileSync(`${taken}.aside-1`, 'utf8')).toBe('other');
  rmSync(`${taken}.aside-1`);
  expect(existsSync(join(`${core.projectPath}.d`, place(2)))).toBe(false);
  expect((await core.client.runs.list()).map(({ name }) => name)).toContain('theirs');
  // They go with the merge, and nothing else of the folder does.
  const own = join(`${core.projectPath}.d`, 'runs', 'r');
  mkdirSync(own);
  writeFileSync(join(own, '1.gguf'), 'ours');
  expect(await core.client.merges.undo({})).toMatchObject({ aside: null });
  expect(readdirSync(join(`${core.projectPath}.d`, 'runs'))).toEqual(['r']);
  expect(readdirSync(own)).toEqual(['1.gguf']);
  // Merged again they come again; with work since then they stay for the file that is set aside.
  expect((await merge(core, other)).files.came).toBe(1);
  await core.client.samples.review({ action: 'reset', selection: { filter: {} } });
  const undone = await core.client.merges.undo({ evenWithLaterWork: true });
  expect(undone.aside).not.toBeNull();
  expect(existsSync(join(`${core.projectPath}.d`, place(1)))).toBe(true);
});

const sha256OfWeights = '27042f4e6eca7d0b2a7ee4026df2ecfa51d3339e6d122aa099118ecd8563bad9';

/** Goes on with the newest run of a closed project; its weights are the loss as five letters. */
function trainOn(path: string, author: string, losses: readonly number[], name?: string): void {
  const renamed: Deed[] = name === undefined ? [] : [{ do: 'rename', what: 'run', name, at: 0 }];
  const file = openProjectFile(path);
  for (const deed of [...renamed, ...losses.map((loss) => ({ do: 'go on', at: 0, loss }) as const)])
    perform(file.db, deed, author);
  for (const { file: place, sha256 } of listCheckpoints(file.db)) {
    if (!sha256.startsWith('adapter-')) continue;
    const text = sha256.slice(-3).padStart(5, 'w');
    mkdirSync(dirname(join(`${path}.d`, place)), { recursive: true });
    writeFileSync(join(`${path}.d`, place), text);
    run(file.db, 'UPDATE checkpoint SET sha256 = @hash WHERE file = @place', {
      hash: hashOf(text),
      place,
    });
  }
  file.close();
}

// Of a run that went on in both files the further one keeps the id, so that the files of either
// side may be those that come to another place.
test.each([
  { further: 'here', own: [2.5, 2.25], others: [1.5] },
  { further: 'there', own: [2.5], others: [1.5, 1.25] },
])(
  'weights of a run that went on in both, further $further, lie where its checkpoints say, whatever it is called',
  async ({ own, others }) => {
    const { core, other } = await twoCopies();
    await using _ = core;
    trainOn(core.projectPath, 'me', own, 'mine');
    trainOn(other, 'you', others, 'theirs');
    await core.client.project.open({ path: core.projectPath });
    const report = await merge(core, other);
    expect(report.splitRuns).toHaveLength(1);
    expect(report.files).toMatchObject({ came: others.length, missing: [] });
    const runs = await core.client.runs.list();
    expect(runs).toHaveLength(2);
    const wordsOfRuns = async () => {
      const made = await core.client.runs.checkpoints();
      const here = made.filter(({ path }) => path.includes('epoch-'));
      for (const { path, sha256 } of here) expect(hashOf(readFileSync(path))).toBe(sha256);
      return runs.map(({ id }) =>
        here.filter(({ runId }) => runId === id).map(({ path }) => readFileSync(path, 'utf8')),
      );
    };
    const expected = [wordsOf(own), wordsOf(others)];
    expect(new Set(await wordsOfRuns())).toEqual(new Set(expected));
    expect(await merge(core, other)).toMatchObject({ changed: false });
    const split = runs.find(({ name }) => name === report.splitRuns[0]?.splitName);
    await core.client.things.label({ thing: 'run', id: split?.id ?? '', name: 'of both' });
    expect(new Set(await wordsOfRuns())).toEqual(new Set(expected));
  },
);

const hashOf = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

const wordsOf = (losses: readonly number[]) =>
  losses.map((loss) => String(Math.round(100 * loss)).padStart(5, 'w'));

test('a project that is no copy is refused unless it was said, and so is the open one itself', async () => {
  const { core, other } = await twoCopies();
  await using _ = core;
  const stranger = core.path('stranger.lima');
  await core.client.project.create({ path: stranger });
  await core.client.project.open({ path: core.projectPath });
  const { jobId } = await core.client.merges.start({ path: stranger });
  const job = await ended(core, jobId);
  expect(job.error).toMatchObject({
    code: 'NOT_A_COPY',
    message: expect.stringMatching(/--other-project/),
  });
  expect(await core.client.project.current()).toMatchObject({ access: 'edit' });
  const said = await core.client.merges.start({ path: stranger, isOtherProject: true });
  expect((await ended(core, said.jobId)).state).toBe('succeeded');
  const link = core.path('link.lima');
  copyFileSync(other, core.path('elsewhere.lima'));
  symlinkSync(core.projectPath, link);
  for (const path of [core.projectPath, link])
    expect(await refusalOf(core.client.merges.start({ path }))).toMatchObject({
      code: 'INVALID_INPUT',
    });
});
