import { createHash } from 'node:crypto';
import { withTransaction, type Database } from '../../../store/database.ts';
import { judgingsBeside, type StoredJudging } from '../../../store/repositories/judge/judgings.ts';
import { insertVerdict, type StoredVerdict } from '../../../store/repositories/judge/verdicts.ts';
import { evaluationIdsOf, verdictsOn, type ItemToJudge } from './items-to-judge.ts';
import { keyOfVerdict, textsToJudge, type TextToJudge } from './texts-to-judge.ts';

type Order = StoredVerdict['order'];

/**
 * Takes over what the judge said with that rubric in other judgings of word for word the same prompt
 * and answers, and returns what is left to be asked. Only what is shown counts: a pair whose answers
 * stand the other way round takes over the other order.
 */
export function takeOver(
  db: Database,
  judging: StoredJudging,
  missing: readonly ItemToJudge[],
): ItemToJudge[] {
  const earlier = missing.length === 0 ? new Map<string, StoredVerdict>() : earlierOf(db, judging);
  if (earlier.size === 0) return [...missing];
  return withTransaction(db, () =>
    missing.flatMap((one): ItemToJudge[] => {
      const orders = one.asked.orders.filter((order) => {
        const said = earlier.get(shownWords(one.asked, order));
        if (said) store(db, judging.id, { item: one.item, order, said });
        return !said;
      });
      return orders.length === 0 ? [] : [{ ...one, asked: { ...one.asked, orders } }];
    }),
  );
}

function store(
  db: Database,
  judgingId: string,
  { item, order, said }: { item: ItemToJudge['item']; order: Order; said: StoredVerdict },
): void {
  const { id, originId, nonce, probabilities, elsewhere, promptTokens, identity } = said;
  if (!probabilities || !identity) return;
  const origin = { id: originId ?? id, nonce };
  const told = { order, probabilities, elsewhere: elsewhere ?? 0, promptTokens, identity };
  insertVerdict(db, { judgingId, item, ...told, origin });
}

/** By the words that were shown: what the judge was asked itself before what was taken over. */
function earlierOf(db: Database, judging: StoredJudging): Map<string, StoredVerdict> {
  const others = judgingsBeside(db, judging);
  const ids = new Set(others.flatMap((one) => evaluationIdsOf(db, one)));
  const { texts } = textsToJudge(db, judging.rubric.kind, [...ids]);
  const byKey = new Map(texts.map((text) => [text.key, text]));
  const earlier = new Map<string, StoredVerdict>();
  for (const verdict of verdictsOn(db, judging, { ids: [...ids], texts })) {
    const text = byKey.get(keyOfVerdict(verdict));
    if (!text || verdict.judgingId === judging.id || !verdict.probabilities || !verdict.identity)
      continue;
    const words = shownWords(text, verdict.order);
    if (!earlier.has(words)) earlier.set(words, verdict);
  }
  return earlier;
}

/** What a judge reads between the fences, as a hash. */
const shownWords = (
  { prompt, answers }: Pick<TextToJudge, 'prompt' | 'answers'>,
  order: Order,
): string =>
  createHash('sha256')
    .update(JSON.stringify([prompt, ...(order === 'given' ? answers : answers.toReversed())]))
    .digest('base64');
