/** A limit of a curation rule, with where the number comes from. */
export interface RuleThreshold {
  value: number;
  source: string;
}

const lima = 'LIMA (Zhou et al. 2023, arXiv 2305.11206), section 2.1';

/** Every number that the rules for answers of a community use. */
export const ruleThresholds = {
  minAnswerScore: { value: 10, source: lima },
  minAnswerCharacters: { value: 1200, source: lima },
  maxAnswerCharacters: { value: 4096, source: lima },
  minTitleWords: {
    value: 5,
    source: 'ours: LIMA asks for titles that need no body, and gives no measure',
  },
} as const satisfies Record<string, RuleThreshold>;
