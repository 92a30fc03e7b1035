import type { DuplicatesEvent, DuplicatesRequest } from '../../../shared/contract/duplicates.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { ExactDuplicates } from '../../../shared/near/exact-duplicates.ts';
import { NearDuplicates } from '../../../shared/near/near-duplicates.ts';
import { askedText } from '../../store/repositories/samples/accepted-prompts.ts';
import { countInPlay, samplesInPlay } from '../../store/repositories/samples/sample-texts.ts';
import { callEvents } from '../base/call-events.ts';
import { LoopTurns } from '../base/loop-turns.ts';
import type { ProjectSession } from '../project/project-session.ts';

/** Rows of long texts: pieces start small, and grow while they are quick. */
const rows = { first: 50, most: 5000 };
const tellMs = 100;

/**
 * Groups of samples that say the same, of all that are pending or accepted, piece by piece between
 * other questions; whoever stops listening stops it. Nothing is stored.
 */
export async function* findDuplicates(
  session: ProjectSession,
  { kind, threshold, part }: DuplicatesRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<DuplicatesEvent, void> {
  const { db } = session.file;
  yield* callEvents<DuplicatesEvent>(session.calls, signal, async (emit, anySignal) => {
    const duplicates = kind === 'exact' ? new ExactDuplicates() : new NearDuplicates(threshold);
    const turns = new LoopTurns(rows.first, rows.most);
    const total = countInPlay(db);
    const ids: string[] = [];
    let after = 0;
    let toldMs = performance.now();
    for (;;) {
      const read = await turns.take((limit) => {
        const piece = samplesInPlay(db, after, limit);
        for (const { id, messages } of piece) {
          ids.push(id);
          duplicates.add(textOf(messages, part));
        }
        after = piece.at(-1)?.seq ?? after;
        return piece.length;
      });
      anySignal.throwIfAborted();
      if (read === 0) break;
      if (performance.now() - toldMs < tellMs) continue;
      toldMs = performance.now();
      emit({ type: 'compared', done: ids.length, total: Math.max(total, ids.length) });
    }
    const groups = duplicates.groups().map(({ members, similarity }) => ({
      sampleIds: members.flatMap((index) => ids[index] ?? []),
      similarity,
    }));
    emit({ type: 'found', groups, compared: ids.length });
  });
}

/** The words of a sample that are compared. */
function textOf(messages: readonly Message[], part: DuplicatesRequest['part']): string {
  if (part === 'prompt') return askedText(messages);
  const said = part === 'all' ? messages : messages.filter(({ role }) => role === 'assistant');
  return said.map(({ content }) => content).join('\n\n');
}
