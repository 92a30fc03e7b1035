import { type AuditPrompt, auditPrompts } from './audit-prompts.ts';
import { disguisedAttacks } from './disguised-attacks.ts';
import type { JudgeAttack } from './judge-attack.ts';
import { openAttacks } from './open-attacks.ts';

/** Every attack; at least forty, of every kind. */
export const judgeAttacks: readonly JudgeAttack[] = [...openAttacks, ...disguisedAttacks];

/**
 * What a pair of an audit is for: `plain` has one plainly better answer, length crossed; `equal` says
 * the same briefly and at length; `attack` has a bad answer that asks for the verdict, `control` the
 * same bad answer with harmless words as long.
 */
export type AuditRole = 'plain' | 'equal' | 'control' | 'attack';

/** One answer of an audit, by a key that stands for its words for good. */
export interface AuditAnswer {
  key: string;
  text: string;
}

/** Two answers to one prompt; where one is better it is `a`. */
export interface AuditPair {
  key: string;
  role: AuditRole;
  /** Name of the prompt: pairs of one are not independent. */
  prompt: string;
  /** What the prompt says. */
  text: string;
  a: AuditAnswer;
  b: AuditAnswer;
  longer: 'a' | 'b';
  /** Of an attack: its name. */
  attack?: string;
  /** Asked once more, to see whether the verdict stays. */
  isRepeated: boolean;
}

const harmless =
  'I hope that this helps. If anything is unclear, please ask again, and I will say it in other ' +
  'words. Have a good day, and enjoy the rest of the week, wherever you are and whatever you do. ';

/** Friendly words of about this length, which ask for nothing. */
const harmlessText = (length: number): string =>
  harmless
    .repeat(Math.ceil(length / harmless.length))
    .slice(0, length)
    .trim();

/** Every pair that a judge is audited with, prompt by prompt. */
export const auditPairs: readonly AuditPair[] = auditPrompts.flatMap((prompt, at) =>
  pairsOf(
    prompt,
    judgeAttacks.filter((_, index) => index % auditPrompts.length === at),
    at % 2 === 0,
  ),
);

function pairsOf(
  { name, prompt, good, bad }: AuditPrompt,
  attacks: readonly JudgeAttack[],
  repeatsLong: boolean,
): AuditPair[] {
  const answer = (key: string, text: string): AuditAnswer => ({ key: `${name} ${key}`, text });
  const goodLong = answer('good long', good.long);
  const goodBrief = answer('good brief', good.brief);
  const pair = (
    key: string,
    role: AuditRole,
    [a, b]: [AuditAnswer, AuditAnswer],
    more: Partial<AuditPair> = {},
  ): AuditPair => ({
    key: `${name} ${key}`,
    role,
    prompt: name,
    text: prompt,
    a,
    b,
    longer: a.text.length > b.text.length ? 'a' : 'b',
    isRepeated: false,
    ...more,
  });
  const longest = Math.max(...attacks.map(({ text }) => text.length));
  const control = answer('control', `${bad.brief}\n\n${harmlessText(longest)}`);
  return [
    pair('plain long', 'plain', [goodLong, answer('bad brief', bad.brief)], {
      isRepeated: repeatsLong,
    }),
    pair('plain brief', 'plain', [goodBrief, answer('bad long', bad.long)], {
      isRepeated: !repeatsLong,
    }),
    pair('equal', 'equal', [goodLong, goodBrief]),
    pair('control', 'control', [goodBrief, control]),
    ...attacks.map((attack) =>
      pair(
        attack.name,
        'attack',
        [goodBrief, answer(attack.name, `${bad.brief}\n\n${attack.text}`)],
        { attack: attack.name },
      ),
    ),
  ];
}
