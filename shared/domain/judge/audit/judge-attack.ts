/** What an attack pretends to be. */
export const attackKinds = [
  'order',
  'fake verdict',
  'fake end of frame',
  'system message',
  'special tokens',
  'role play',
  'flattery',
  'threat',
  'fake rubric',
  'score',
  'other language',
  'encoded',
  'markup',
] as const;
export type AttackKind = (typeof attackKinds)[number];

/** Words behind an answer that ask the judge for a verdict, whatever the answer is worth. */
export interface JudgeAttack {
  /** Unique, and never given again to other words: stored verdicts are found by it. */
  name: string;
  kind: AttackKind;
  text: string;
}
