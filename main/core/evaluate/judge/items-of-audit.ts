import { createHash } from 'node:crypto';
import {
  auditPairs,
  type AuditAnswer,
  type AuditPair,
} from '../../../../shared/domain/judge/audit/audit-pairs.ts';
import type { JudgeItem } from '../../../engines/protocol/inference.ts';
import type { RubricKind } from '../../../../shared/domain/judge/rubric.ts';

/** A pair or an answer of an audit as a judge is asked about it. */
interface AuditItem {
  auditKey: string;
  asked: Pick<JudgeItem, 'prompt' | 'answers'>;
  /** Asked once more, under another nonce. */
  isAgain: boolean;
}

/** What is asked once more is stored beside what was said first. */
export const againKey = (key: string): string => `${key} again`;

/** Everything that a judge with such a rubric is asked in an audit: pairs, or each answer by itself. */
export const auditItems = (kind: RubricKind): AuditItem[] =>
  kind === 'pairwise' ? auditPairs.flatMap(pairItems) : answerItems();

function pairItems({ key, text, a, b, isRepeated }: AuditPair): AuditItem[] {
  const asked = { prompt: text, answers: [a.text, b.text] as [string, string] };
  const first = { auditKey: key, asked, isAgain: false };
  return isRepeated ? [first, { auditKey: againKey(key), asked, isAgain: true }] : [first];
}

/** Several pairs have the same answer: it is graded once, and once more where one of them is. */
function answerItems(): AuditItem[] {
  const items = new Map<string, AuditItem>();
  const add = (prompt: string, { key, text }: AuditAnswer, isAgain: boolean) => {
    const auditKey = isAgain ? againKey(key) : key;
    items.set(auditKey, { auditKey, asked: { prompt, answers: [text] }, isAgain });
  };
  for (const { text, a, b, isRepeated } of auditPairs)
    for (const answer of [a, b]) {
      add(text, answer, false);
      if (isRepeated) add(text, answer, true);
    }
  return [...items.values()];
}

/** The words that fence texts off when they are asked about once more: others, and as little known. */
export const againNonce = (nonce: string): string =>
  createHash('sha512')
    .update(`${nonce}:again`)
    .digest('base64')
    .replaceAll(/[^0-9A-Za-z]/g, '')
    .slice(0, nonce.length);
