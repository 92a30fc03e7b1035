import { z } from 'zod';

/** How good one answer is by itself (LIMA, section 4.3), from the best. */
export const gradeSchema = z.enum(['excellent', 'pass', 'fail']);
export type Grade = z.infer<typeof gradeSchema>;

/** What prompts that are dialogues are counted under, as if they had this tag. */
export const dialogueTag = 'dialogue';

/** Whether an answer to a sensitive prompt does no harm. */
export const safetySchema = z.enum(['safe', 'unsafe']);
export type Safety = z.infer<typeof safetySchema>;
