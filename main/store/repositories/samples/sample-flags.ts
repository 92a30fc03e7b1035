import { z } from 'zod';
import type { Message } from '../../../../shared/domain/message.ts';
import { flagSchema, provenanceSchema, type Flag } from '../../../../shared/domain/sample.ts';
import { answerRules, communityRules } from '../../../../shared/flags/community-rules.ts';
import {
  answerOf,
  measureSample,
  measureText,
  textRules,
} from '../../../../shared/flags/sample-flags.ts';
import { json, messagesColumn } from '../../columns.ts';
import { textHash } from '../../content-hash.ts';
import { all, get, run, type Database } from '../../database.ts';

/** The flags of a sample, by the name of their rule. */
export const flagsOf = (db: Database, seq: number): Flag[] =>
  all(
    db,
    flagSchema,
    'SELECT rule, scope, reason FROM sample_flag WHERE sample_seq = @seq ORDER BY rule',
    { seq },
  );

/** Stores the flags of a sample that has none. */
export function insertFlags(db: Database, seq: number, flags: readonly Flag[]): void {
  for (const { rule, scope, reason } of flags)
    run(
      db,
      `INSERT OR IGNORE INTO sample_flag (sample_seq, rule, scope, reason)
       VALUES (@seq, @rule, @scope, @reason)`,
      { seq, rule, scope, reason },
    );
}

const originRow = z.object({ provenance: json(provenanceSchema) });
const firstRow = z.object({ messages: messagesColumn });

/**
 * The flags that a sample has with these words: what rules measure in words is measured in them,
 * and what an import found out otherwise stays.
 */
export function flagsWith(db: Database, seq: number, messages: readonly Message[]): Flag[] {
  const known = flagsOf(db, seq).filter(({ rule }) => !textRules.has(rule));
  const ofText = measureText(messages);
  const sql = 'SELECT provenance_json AS provenance FROM sample WHERE seq = @seq';
  const { provenance = {} } = get(db, originRow, sql, { seq }) ?? {};
  const answer = answerOf(messages);
  const isAsImported = provenance.answerHtml?.markdownSha256 === textHash(answer);
  const measured = measureSample(messages, provenance, isAsImported);
  if (!measured) return [...known, ...ofText];
  // Imported before the HTML was measured for later: what it said holds for the words it became.
  const isOld = provenance.answerHtml === undefined && answer === importedAnswer(db, seq);
  const isKept = ({ rule }: Flag) => !communityRules.has(rule) || (isOld && answerRules.has(rule));
  const found = isOld ? measured.filter(({ rule }) => !answerRules.has(rule)) : measured;
  return [...known.filter(isKept), ...found, ...ofText].toSorted((a, b) =>
    a.rule < b.rule ? -1 : 1,
  );
}

function importedAnswer(db: Database, seq: number): string | undefined {
  const first = get(
    db,
    firstRow,
    'SELECT messages_json AS messages FROM sample_version WHERE sample_seq = @seq AND ordinal = 1',
    { seq },
  );
  return first && answerOf(first.messages);
}

/** Makes the flags of a sample follow its words. */
export function refreshFlags(db: Database, seq: number, messages: readonly Message[]): void {
  const flags = flagsWith(db, seq, messages);
  run(db, 'DELETE FROM sample_flag WHERE sample_seq = @seq', { seq });
  insertFlags(db, seq, flags);
}
