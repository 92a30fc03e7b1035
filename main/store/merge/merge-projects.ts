import { z } from 'zod';
import { countRow } from '../columns.ts';
import { get, type Database, assembled } from '../database.ts';
import { StoreError } from '../store-error.ts';
import { findEditConflicts, type EditConflict } from '../repositories/samples/edit-conflicts.ts';
import { isCheckpointLive, isLive } from '../repositories/labels.ts';
import { deriveSamples } from './derive-samples.ts';
import { findConflicts, findOppositeReviews, type Conflicts } from './find-conflicts.ts';
import { forgetChecksums } from '../checksums/seal-rows.ts';
import { finalId, startIdentities } from './identities.ts';
import { mergeEvaluations } from './merge-evaluations.ts';
import {
  givenName,
  joinFrozen,
  joinModels,
  nameRows,
  replaceDatasets,
  replacePromptSets,
  type Renamed,
} from './merge-named.ts';
import { mergeLabels } from './merge-labels.ts';
import { deriveBin, mergeBinMoves, touchEmptied } from './merge-bin.ts';
import { mergeRuns, type ComingFile, type SplitRun } from './merge-runs.ts';
import { mergeSamples } from './merge-samples.ts';
import {
  refuseAlteredAnswers,
  refuseAlteredDatasets,
  refuseAlteredPromptSets,
} from './verify-content.ts';
import { earliestSequence, refuseChangedRows, unionRows, type UnionCount } from './union-rows.ts';

/** What the merge of two files did to the first of them. */
export interface MergedProjects {
  packet: { kind: string; annotator: string } | null;
  counts: Record<string, UnionCount>;
  renamed: Renamed[];
  splits: SplitRun[];
  files: ComingFile[];
  conflicts: Conflicts;
  edits: EditConflict[];
  /** Votes of a packet on comparisons that are not here (any more). */
  strayVotes: number;
}

/** What a merge needs to know beside the two files. */
export interface MergeOptions {
  /** How the other file is called in messages. */
  path: string;
  /** Merges a project that is no copy of this one as well. */
  isOtherProject: boolean;
  onStep: (step: string, done: number, total: number) => void;
}

/**
 * Merges the project that is attached as `other` into the open one, whose foreign keys are off, in
 * one transaction: nothing is lost, nothing is there twice, and the content is the same as if this
 * one were merged into the other. Throws PROJECT_INVALID and INVALID_STATE, and changes nothing then.
 */
export function mergeProjects(db: Database, options: MergeOptions): MergedProjects {
  db.exec('BEGIN IMMEDIATE');
  try {
    const merged = mergeAttached(db, options);
    // Rows were written anew: their checksums are made again once the merged file is open.
    forgetChecksums(db);
    db.exec('COMMIT');
    return merged;
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function mergeAttached(db: Database, options: MergeOptions): MergedProjects {
  const { path, onStep } = options;
  const packet = packetIn(db, 'other');
  requireSameProject(db, options);
  for (const side of ['main', 'other'] as const) refuseHalfMade(db, side, path);
  startIdentities(db);
  onStep('samples', 0, 0);
  const counts: Record<string, UnionCount> = mergeSamples(db, path, packet !== null);
  touchEmptied(db);
  onStep('reviews', 0, 0);
  const opposite = findOppositeReviews(db);
  counts['reviews'] = mergeReviews(db, path);
  const more = packet ? mergePacketVotes(db, path) : mergeRest(db, path, counts, onStep);
  deriveSamples(db, (done, total) => onStep('words', done, total));
  deriveBin(db);
  db.exec(
    `UPDATE main.project SET last_sequence =
       max(last_sequence, (SELECT last_sequence FROM other.project))`,
  );
  onStep('check', 0, 0);
  refuseOrphans(db, path);
  return {
    packet,
    counts: { ...counts, ...more.counts },
    renamed: more.renamed,
    splits: more.splits,
    files: more.files,
    conflicts: { ...more.conflicts, opposite },
    edits: findEditConflicts(db),
    strayVotes: more.strayVotes,
  };
}

const packetRow = z.object({ kind: z.string(), annotator: z.string() });

const packetIn = (db: Database, side: 'main' | 'other') =>
  get(db, packetRow, assembled(`SELECT kind, annotator FROM ${side}.packet`), {}) ?? null;

const projectsRow = z.object({ ours: z.string(), theirs: z.string() });

function requireSameProject(db: Database, { path, isOtherProject }: MergeOptions): void {
  if (packetIn(db, 'main'))
    throw new StoreError(
      'INVALID_STATE',
      'The open project is a review packet: merge it into the project that it was made from.',
    );
  const uuids = get(
    db,
    projectsRow,
    'SELECT m.uuid AS ours, o.uuid AS theirs FROM main.project m, other.project o',
  );
  if (uuids === undefined || uuids.ours === uuids.theirs || isOtherProject) return;
  throw new StoreError(
    'NOT_A_COPY',
    `${path} is not a copy of this project (it is ${uuids.theirs.slice(0, 40)}, this one ` +
      `${uuids.ours}). Nothing was changed. If its samples and judgements shall come along all the ` +
      'same, say so: --other-project, or the button in the window.',
    { path },
  );
}

function refuseHalfMade(db: Database, side: 'main' | 'other', path: string): void {
  const count = (table: string) =>
    get(db, countRow, assembled(`SELECT count(*) AS n FROM ${side}.${table}`), {})?.n;
  const where = side === 'main' ? 'the open project' : path;
  if (count('unfinished_dataset'))
    throw new StoreError(
      'INVALID_STATE',
      `A dataset in ${where} is half frozen: open it, wait until it is frozen or cleared away, then ` +
        'merge. Nothing was changed.',
      { path },
    );
  if (!count('open_batch')) return;
  throw new StoreError(
    'INVALID_STATE',
    `A review of many samples in ${where} is half made: open it, resume or cancel that review ` +
      'under Jobs, then merge. Nothing was changed.',
    { path },
  );
}

function mergeReviews(db: Database, path: string): UnionCount {
  refuseChangedRows(db, 'review_batch', path);
  refuseChangedRows(db, 'review', path);
  // A batch is written at once: what somebody added to one that is known here is no review of it.
  const reviews = unionRows(db, 'review', {
    where: 'NOT EXISTS (SELECT 1 FROM main.review_batch k WHERE k.id = o.batch_id)',
  });
  const moves = mergeBinMoves(db, path);
  unionRows(db, 'review_batch');
  earliestSequence(db, 'review_batch');
  const all =
    get(
      db,
      countRow,
      'SELECT (SELECT count(*) FROM other.review) + (SELECT count(*) FROM other.bin_move) AS n',
    )?.n ?? 0;
  const came = reviews.came + moves.came;
  return { came, known: all - came };
}

type Rest = Pick<MergedProjects, 'counts' | 'renamed' | 'splits' | 'files' | 'strayVotes'> & {
  conflicts: Omit<Conflicts, 'opposite'>;
};

function mergePacketVotes(db: Database, path: string): Rest {
  const isHere = 'EXISTS (SELECT 1 FROM main.comparison k WHERE k.id = o.comparison_id)';
  const conflicts = findConflicts(db, { isPacket: true });
  refuseChangedRows(db, 'vote', path);
  const votes = unionRows(db, 'vote', { where: isHere });
  const strayVotes =
    get(db, countRow, assembled(`SELECT count(*) AS n FROM other.vote o WHERE NOT ${isHere}`), {})
      ?.n ?? 0;
  return { counts: { votes }, renamed: [], splits: [], files: [], strayVotes, conflicts };
}

function mergeRest(
  db: Database,
  path: string,
  counts: Record<string, UnionCount>,
  onStep: MergeOptions['onStep'],
): Rest {
  onStep('datasets', 0, 0);
  for (const side of ['main', 'other'] as const) {
    refuseAlteredDatasets(db, side, path);
    refuseAlteredPromptSets(db, side, path);
  }
  refuseAlteredAnswers(db, path);
  joinFrozen(db, 'dataset');
  joinFrozen(db, 'prompt_set');
  joinModels(db);
  replaceDatasets(db);
  replacePromptSets(db);
  for (const table of ['dataset', 'prompt_set', 'prompt'] as const)
    refuseChangedRows(db, table, path);
  const conflicts = findConflicts(db, { isPacket: false });
  const renamed = (['dataset', 'prompt_set', 'study', 'evaluation'] as const).flatMap((table) =>
    nameRows(db, table, { column: 'name' }),
  );
  counts['models'] = unionRows(db, 'model');
  // Of a dataset that was deleted here, the items come back for a run that was trained on it there.
  const items = `FROM main.dataset_item k WHERE k.dataset_id = ${finalId('other', 'dataset', 'o.dataset_id')}`;
  db.exec('CREATE TEMP TABLE itemless (id TEXT PRIMARY KEY) WITHOUT ROWID');
  db.exec(`INSERT INTO temp.itemless SELECT o.dataset_id FROM
    (SELECT id AS dataset_id FROM other.dataset) o WHERE NOT EXISTS (SELECT 1 ${items})`);
  unionRows(db, 'dataset_item', {
    where: `o.dataset_id IN (SELECT id FROM temp.itemless) OR o.dataset_id IN
      (SELECT final FROM temp.main_id WHERE thing = 'dataset')`,
  });
  counts['datasets'] = unionRows(db, 'dataset', { replaced: { name: givenName('dataset') } });
  const ofSet = `main.prompt k WHERE k.prompt_set_id = ${finalId('other', 'prompt_set', 's.id')}`;
  unionRows(db, 'prompt', {
    where: `o.prompt_set_id IN (SELECT s.id FROM other.prompt_set s
      WHERE NOT EXISTS (SELECT 1 FROM ${ofSet}))`,
  });
  counts['promptSets'] = unionRows(db, 'prompt_set', {
    replaced: { name: givenName('prompt_set') },
  });
  for (const table of ['dataset', 'prompt_set', 'model'] as const) earliestSequence(db, table);
  onStep('runs', 0, 0);
  const { splits, files, renamed: renamedRuns, ...runs } = mergeRuns(db);
  counts['runs'] = runs;
  unionRows(db, 'run_event');
  earliestSequence(db, 'run_event');
  onStep('evaluations', 0, 0);
  const evaluations = mergeEvaluations(db, path);
  refuseChangedRows(db, 'prompt_tag', path);
  counts['promptTags'] = unionRows(db, 'prompt_tag');
  earliestSequence(db, 'prompt_tag');
  unionRows(db, 'chat_answer');
  earliestSequence(db, 'chat_answer');
  earliestSequence(db, 'job');
  const labels = mergeLabels(db, path);
  return {
    counts: { ...evaluations.counts, labels },
    renamed: [...renamed, ...renamedRuns, ...evaluations.renamed],
    splits,
    files: files.filter(({ to }) => isWanted(db, to)),
    strayVotes: 0,
    conflicts: { ...conflicts, answers: evaluations.answers },
  };
}

/** A file is not brought for a checkpoint that was deleted. */
const isWanted = (db: Database, file: string): boolean =>
  get(
    db,
    countRow,
    assembled(`SELECT count(*) AS n FROM main.checkpoint c WHERE c.file = @file
      AND ${isCheckpointLive('c.id', 'c.sha256')} AND ${isLive('run', 'c.run_id')}`),
    { file },
  )?.n !== 0;

const orphanRow = z.object({ table: z.string(), parent: z.string() });

function refuseOrphans(db: Database, path: string): void {
  const orphan = get(db, orphanRow, 'PRAGMA main.foreign_key_check');
  if (orphan)
    throw new StoreError(
      'PROJECT_INVALID',
      `${path} is not merged: a row of its ${orphan.table} refers to one of ${orphan.parent} that ` +
        'is not there, so it was altered or is damaged. Nothing was changed.',
      { path },
    );
}
