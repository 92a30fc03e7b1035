import type { ReportVote } from '../../domain/report/evaluation-report.ts';
import { showVerdict, sideOf, type Verdict } from '../../domain/evaluate/evaluation.ts';
import type { Identity } from '../../domain/identity.ts';
import { builtInRubrics } from '../../domain/judge/built-in-rubrics.ts';
import type { JudgedQuality } from '../../domain/judge/judging-results.ts';
import type { ReportJudge } from '../../domain/report/report-judge.ts';
import type { ReportFacts } from '../compose-report.ts';

const CREATED_MS = Date.UTC(2026, 10, 22, 16, 14);

/** A complete identity for the tests of the report. */
export function fixtureIdentity(changes: Partial<Identity> = {}): Identity {
  return {
    baseSha256: 'b'.repeat(64),
    baseName: 'base-1b-q8_0',
    adapterSha256: 'a'.repeat(64),
    adapterName: 'lima-run-3',
    strength: 1,
    templateSha256: 'c'.repeat(64),
    sampling: {
      temperature: 0.7,
      topP: 0.9,
      topK: 0,
      minP: 0,
      repeatPenalty: 1.2,
      maxTokens: 2048,
      seed: 42,
    },
    engine: 'node-llama-cpp 3.21.1',
    device: 'CPU',
    ...changes,
  };
}

/** Facts of an evaluation in which one person gave these verdicts, in order. */
export function fixtureFacts(verdicts: readonly (Verdict | null)[], foreign?: string): ReportFacts {
  const text = (benign: string) => foreign ?? benign;
  const untuned = { adapterSha256: null, adapterName: null };
  return {
    name: text('Tuned against base'),
    createdMs: CREATED_MS,
    promptSet: { name: text('lima-test'), contentHash: 'd'.repeat(64), prompts: verdicts.length },
    systems: {
      a: { name: text('Tuned'), identities: [fixtureIdentity({ device: text('CPU') })] },
      b: { name: text('Base'), identities: [fixtureIdentity({ ...untuned, engine: text('e') })] },
    },
    sideSeed: 42,
    items: verdicts.map((verdict, ordinal) => ({
      ordinal,
      prompt: [{ role: 'user' as const, content: text(`Question ${ordinal}?`) }],
      a: { output: text(`Answer A ${ordinal}`), finish: 'stop' as const, seed: ordinal, turns: [] },
      b: {
        output: `${text(`Answer B ${ordinal}`)}.`,
        finish: 'stop' as const,
        seed: ordinal,
        turns: [],
      },
      shownLeft: sideOf(42, ordinal),
      expected: null,
      votes: verdict === null ? [] : [fixtureVote(verdict, ordinal, { author: text('Ada') })],
    })),
  };
}

/** The same with every field filled by the same words: reasons, tags, and a judge with an endpoint. */
export function filledFacts(verdicts: readonly (Verdict | null)[], words: string): ReportFacts {
  const facts = fixtureFacts(verdicts, words);
  const judged = { authorKind: 'judge', shown: null, preference: 0.7, orders: [] } as const;
  const items = facts.items.map((item) => ({
    ...item,
    votes: item.votes.flatMap((vote) => [
      { ...vote, reason: words, tags: [words] },
      { ...fixtureVote('a', item.ordinal, { author: `judge ${words}` }), ...judged, orders: [] },
    ]),
  }));
  return { ...facts, items, judges: [fixtureJudge(words)] };
}

/** A judge whose every word is the same; its levels are those of `fixtureLevels`. */
export function fixtureJudge(words: string): ReportJudge {
  return {
    author: `judge ${words}`,
    judge: words,
    identities: [fixtureIdentity({ baseName: words, engine: words })],
    endpoints: [],
    rubric: { hash: words, name: words, text: builtInRubrics.absolute },
    nonces: [words],
    pairs: [],
    quality: [fixtureLevels(words)],
    answers: [
      { system: words, prompt: words, turn: 1, probabilities: [0.5, 0.25, 0.25], elsewhere: 0 },
    ],
    takenOver: 1,
    failures: [{ reason: words, items: 1 }],
    auditFlags: null,
  };
}

/** What a judge's levels say of a system: ten answers, mean 4.2. */
export const fixtureLevels = (system: string): JudgedQuality => ({
  system,
  n: 10,
  items: 10,
  grades: null,
  mean: { value: 4.2, standardError: 0.25, interval: [3.7, 4.7] },
  elsewhere: 0,
  levels: [0, 0, 1, 6, 3, 0],
  levelShares: [0, 0.1, 0.1, 0.4, 0.3, 0.1],
  safe: null,
  ofWholeDialogues: false,
});

/** A person's vote on the comparison with this ordinal of `fixtureFacts`. */
export function fixtureVote(
  verdict: Verdict,
  ordinal: number,
  changes: Partial<ReportVote> = {},
): ReportVote {
  return {
    author: 'Ada',
    authorKind: 'human',
    verdict,
    shown: showVerdict(verdict, sideOf(42, ordinal)),
    atMs: CREATED_MS + ordinal,
    reason: '',
    tags: [],
    durationMs: null,
    ...changes,
  };
}

/** So many wins, ties and losses of A, in that order. */
export function fixtureVerdicts(wins: number, ties: number, losses: number): Verdict[] {
  return [...repeat('a', wins), ...repeat('tie', ties), ...repeat('b', losses)];
}

function repeat(verdict: Verdict, count: number): Verdict[] {
  return Array.from({ length: count }, () => verdict);
}
