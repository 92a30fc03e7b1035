import type { Grading } from '../../contract/grades.ts';
import { formatCount, formatQuantity } from '../numbers.ts';

/** How far a person is with a sample: `12 of 100 answers to 50 prompts graded`. */
export function gradingText({ prompts, answers, graded, awaited }: Grading): string {
  const done = `${formatCount(graded)} of ${formatQuantity(answers, 'answer')} to ${formatQuantity(prompts, 'prompt')} graded`;
  return awaited > 0 ? `${done}; ${formatQuantity(awaited, 'answer')} still to come` : done;
}

/** What the three grades mean. */
export const gradeLevels =
  'Excellent: an excellent response. Pass: what was asked for is met. Fail: it is not.';

/** What a grader is asked. */
export const gradeQuestion = `How good is this answer by itself? ${gradeLevels}`;
