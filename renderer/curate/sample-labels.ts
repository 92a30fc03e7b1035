import type { FlagRule, ReviewAction, SampleStatus } from '../../shared/domain/sample.ts';
import type { Tone } from '../ui/feedback/badge.tsx';

/** The statuses in the order a sample goes through them. */
export const sampleStatuses: readonly SampleStatus[] = ['pending', 'accepted', 'rejected'];

/** The colour a status is shown in, always beside its word or sign. */
export const statusTones: Record<SampleStatus, Tone> = {
  pending: 'plain',
  accepted: 'good',
  rejected: 'bad',
};

/** The status a review leads to. */
export const statusAfter: Record<ReviewAction, SampleStatus> = {
  accept: 'accepted',
  reject: 'rejected',
  reset: 'pending',
};

/** The short words of a flag in the list, and what it means. */
export const flagTexts: Record<FlagRule, { short: string; meaning: string }> = {
  'answer-score-low': { short: 'low score', meaning: 'The answer has a low score' },
  'answer-too-short': { short: 'short', meaning: 'The answer is too short' },
  'answer-too-long': { short: 'long', meaning: 'The answer is too long' },
  'first-person': { short: 'I / my', meaning: 'The answer is written in the first person' },
  'cross-reference': { short: 'refers', meaning: 'The answer refers to other answers' },
  'title-not-self-contained': { short: 'title', meaning: 'The title alone is not a question' },
  'truncated-conversation': { short: 'cut', meaning: 'The conversation was cut' },
  'bare-url': { short: 'URL', meaning: 'The answer has an address that leads nowhere' },
  'control-characters': { short: 'control', meaning: 'It has characters that are no text' },
  'already-templated': {
    short: 'templated',
    meaning: 'It has text that chat templates write, such as <|im_end|>',
  },
};
