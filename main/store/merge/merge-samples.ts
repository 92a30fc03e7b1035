import { z } from 'zod';
import { get, type Database } from '../database.ts';
import { StoreError } from '../store-error.ts';
import { finalId, redirectReferences } from './identities.ts';
import { refuseAlteredVersions } from './verify-content.ts';
import { earliestSequence, refuseChangedRows, unionRows, type UnionCount } from './union-rows.ts';

/**
 * Brings samples, their versions and flags together. What was imported is the same sample in both
 * files when its origin is; of two imports the one with the smaller id counts, so that it does not
 * matter which file is merged into which. Samples that come get new numbers after those here.
 */
export function mergeSamples(
  db: Database,
  path: string,
  isPacket: boolean,
): { samples: UnionCount; versions: UnionCount } {
  refuseStrangeIds(db, path);
  db.exec(`
    INSERT INTO temp.sample_map SELECT o.seq, m.seq, 0
      FROM other.sample o JOIN main.sample m ON m.origin_hash = o.origin_hash;
    INSERT INTO temp.sample_map
      SELECT o.seq, (SELECT coalesce(max(seq), 0) FROM main.sample)
        + row_number() OVER (ORDER BY o.sequence, o.id), 1
      FROM other.sample o
      WHERE NOT EXISTS (SELECT 1 FROM main.sample m WHERE m.origin_hash = o.origin_hash);
  `);
  if (!isPacket) joinImports(db, path);
  // A packet does not say who wrote what it holds.
  refuseChangedRows(db, 'sample_version', path, isPacket ? ['author', 'created_ms'] : []);
  refuseAlteredVersions(db, path);
  const samples = unionRows(db, 'sample', {
    replaced: {
      seq: '(SELECT final FROM temp.sample_map WHERE seq = o.seq)',
      current_version_id: finalId('other', 'sample_version', 'o.current_version_id'),
      status: "'pending'",
    },
  });
  db.exec('INSERT INTO temp.touched SELECT final FROM temp.sample_map WHERE is_new');
  return { samples, versions: mergeVersions(db) };
}

const idRow = z.object({ id: z.string() });

function refuseStrangeIds(db: Database, path: string): void {
  const strange = get(
    db,
    idRow,
    `SELECT o.id FROM other.sample o JOIN main.sample m ON m.id = o.id
     WHERE m.origin_hash <> o.origin_hash LIMIT 1`,
  );
  if (strange)
    throw new StoreError(
      'PROJECT_INVALID',
      `${path} is not merged: its sample ${strange.id.slice(0, 80)} has other words than the one ` +
        'of that id in the open project, so one of the two files was altered. Nothing was changed.',
      { path },
    );
}

/** Makes one of two imports of the same thing: its row, its first version, its flags. */
function joinImports(db: Database, path: string): void {
  const same = `o.origin_hash = m.origin_hash`;
  const altered = get(
    db,
    idRow,
    `SELECT o.id FROM other.sample o JOIN main.sample m ON m.id = o.id
     WHERE m.source IS NOT o.source OR m.provenance_json IS NOT o.provenance_json
       OR m.created_ms IS NOT o.created_ms LIMIT 1`,
  );
  if (altered)
    throw new StoreError(
      'PROJECT_INVALID',
      `${path} is not merged: the source of its sample ${altered.id.slice(0, 80)} is not the one ` +
        'of that sample in the open project, so one of the two files was altered. Nothing was changed.',
      { path },
    );
  db.exec(`
    INSERT INTO temp.other_id SELECT 'sample', o.id, m.id FROM other.sample o
      JOIN main.sample m ON ${same} WHERE m.id < o.id;
    INSERT INTO temp.main_id SELECT 'sample', m.id, o.id FROM other.sample o
      JOIN main.sample m ON ${same} WHERE o.id < m.id;
    UPDATE main.sample AS m SET id = o.id, source = o.source, provenance_json = o.provenance_json,
      created_ms = o.created_ms FROM other.sample o WHERE ${same} AND o.id < m.id;
  `);
  earliestSequence(db, 'sample');
  joinFirstVersions(db);
  db.exec(`
    UPDATE main.sample_flag AS m SET scope = o.scope, reason = o.reason
    FROM other.sample_flag o JOIN temp.sample_map s ON s.seq = o.sample_seq
    WHERE m.sample_seq = s.final AND m.rule = o.rule AND (o.reason, o.scope) < (m.reason, m.scope);
  `);
}

function joinFirstVersions(db: Database): void {
  const pairs = `other.sample_version o JOIN temp.sample_map s ON s.seq = o.sample_seq
    JOIN main.sample_version m ON m.sample_seq = s.final AND m.ordinal = 1
    WHERE NOT s.is_new AND o.ordinal = 1 AND o.content_hash = m.content_hash
      AND (SELECT weights FROM other.unhashed_weights WHERE version_id = o.id)
        IS (SELECT weights FROM main.unhashed_weights WHERE version_id = m.id)`;
  db.exec(`
    INSERT INTO temp.other_id SELECT 'sample_version', o.id, m.id FROM ${pairs} AND m.id < o.id;
    INSERT INTO temp.main_id SELECT 'sample_version', m.id, o.id FROM ${pairs} AND o.id < m.id;
  `);
  redirectReferences(db, 'sample_version');
  const renamed = `temp.main_id i ON i.thing = 'sample_version'`;
  db.exec(`
    UPDATE main.sample AS s SET current_version_id = i.final FROM ${renamed.replace(' ON ', ' WHERE ')}
      AND i.id = s.current_version_id;
    UPDATE main.sample_version AS m SET id = o.id, author = o.author, created_ms = o.created_ms,
      messages_json = o.messages_json
      FROM other.sample_version o JOIN ${renamed} AND i.final = o.id WHERE m.id = i.id;
  `);
  earliestSequence(db, 'sample_version');
}

/** Ordinals follow from the order of all versions; until then those that come stay out of the way. */
function mergeVersions(db: Database): UnionCount {
  db.exec(`
    INSERT OR IGNORE INTO temp.touched
    SELECT s.final FROM other.sample_version o JOIN temp.sample_map s ON s.seq = o.sample_seq
    WHERE NOT EXISTS (SELECT 1 FROM main.sample_version m
      WHERE m.id = ${finalId('other', 'sample_version', 'o.id')});
  `);
  const versions = unionRows(db, 'sample_version', {
    replaced: { ordinal: '-o.ordinal' },
  });
  unionRows(db, 'sample_version_parent');
  unionRows(db, 'unhashed_weights');
  unionRows(db, 'sample_flag');
  return versions;
}
