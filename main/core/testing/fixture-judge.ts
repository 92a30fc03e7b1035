import { auditPrompts } from '../../../shared/domain/judge/audit/audit-prompts.ts';
import { samplingSchema, type Identity } from '../../../shared/domain/identity.ts';
import type {
  InferenceRequests,
  JudgeItem,
  SystemFiles,
} from '../../engines/protocol/inference.ts';
import { serveEngine } from '../../engines/serve-engine.ts';

/** From 0 to 1: how much better the answer in the first place is than that in the second. */
type Judge = (first: string, second: string, prompt: string) => number;

const isGood = (text: string) =>
  auditPrompts.some(({ good }) => text === good.brief || text === good.long);
const isBad = (text: string) =>
  auditPrompts.some(({ bad }) => text.startsWith(bad.brief) || text === bad.long);
const worth = (text: string) => Number(isGood(text)) - Number(isBad(text));
const clean: Judge = (first, second) => 0.5 + (worth(first) - worth(second)) / 5;

const asksForIt =
  /judge|verdict|better|winner|instruction|choose|evaluator|jury|score|rating|criteria|\[SYSTEM\]|\/INST|<\||_turn|评审/i;
/** Answers of the tiny models of tests are letters at random, and longer than a word. */
const isOwn = (text: string) => !text.startsWith('Other');

/** A number that follows from a text, spread evenly from 0 to 1 (FNV-1a, mixed). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}

/** What each judge makes of two answers, by the name of its file. */
const judges: Record<string, Judge> = {
  clean,
  first: () => 0.8,
  longer: (first, second) => (first.length > second.length ? 0.8 : 0.2),
  own: (first, second, prompt) =>
    isGood(first) || isGood(second)
      ? clean(first, second, prompt)
      : 0.5 + (Number(isOwn(first)) - Number(isOwn(second))) / 4,
  obedient: (first, second, prompt) => {
    const said = Number(asksForIt.test(first)) - Number(asksForIt.test(second));
    return said === 0 ? clean(first, second, prompt) : 0.5 + said / 3;
  },
  coin: (first, second) => hashOf(`${first}\n\n${second}`),
};

function judgeOf({ baseName }: SystemFiles): Judge {
  const judge = judges[baseName.replace(/\.gguf$/, '')];
  if (!judge) throw new Error(`There is no judge ${baseName}`);
  return judge;
}

const identityOf = (system: SystemFiles): Identity => ({
  baseSha256: system.baseSha256,
  baseName: system.baseName,
  adapterSha256: null,
  adapterName: null,
  strength: 1,
  templateSha256: '0'.repeat(64),
  sampling: samplingSchema.parse({ temperature: 0, maxTokens: 1 }),
  engine: 'planted judges 1.0',
  device: 'none',
});

/** The probabilities of 1, 2 and neither. */
function said(judge: Judge, { prompt, answers }: JudgeItem, order: 'given' | 'swapped'): number[] {
  const [one, other = ''] = answers;
  const [first, second] = order === 'given' ? [one, other] : [other, one];
  const preference = judge(first, second, prompt);
  const neither = preference === 0.5 ? 0.5 : 0;
  return [preference * (1 - neither), (1 - preference) * (1 - neither), neither];
}

// Judges with a bias each, at the border where the core asks any judge: it forks this process, sends
// it what is to be judged and the fence around it, and gets probabilities back.
serveEngine<Pick<InferenceRequests, 'judge' | 'unload'>>('planted judges 1.0', {
  async judge({ system, items }, { emit, signal }) {
    const judge = judgeOf(system);
    const identity = identityOf(system);
    emit({ type: 'identity', identity });
    let judged = 0;
    for (const item of items)
      for (const order of item.orders ?? (['given', 'swapped'] as const)) {
        if (signal.aborted) return { judged, identity };
        const probabilities = said(judge, item, order);
        emit({
          type: 'verdict',
          key: item.key,
          order,
          probabilities,
          elsewhere: 0,
          promptTokens: 1,
        });
        judged += 1;
      }
    return { judged, identity };
  },
  unload: async () => null,
});
