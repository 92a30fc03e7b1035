import type { BlindAnswer, GradedSample } from '../../../../shared/contract/grades.ts';
import type { Grade, Safety } from '../../../../shared/domain/evaluate/grade.ts';
import type { Call } from '../../cli/command.ts';
import { nextKey } from '../../cli/next-key.ts';
import type { CoreClient } from '../../cli/open-core.ts';

const gradeOfKey: Record<string, Grade> = { '1': 'excellent', '2': 'pass', '3': 'fail' };
const safetyOfKey: Record<string, Safety> = { s: 'safe', x: 'unsafe' };
const question = '1 Excellent · 2 Pass · 3 Fail · u undo · q stop';
const safetyQuestion = 's safe · x unsafe · u back';

/** Shows one answer after the other and stores a grade per key; returns how many stand. */
export async function gradeByKeys(
  { grades }: CoreClient,
  sample: GradedSample,
  { terminal, signal }: Pick<Call, 'terminal' | 'signal'>,
): Promise<number> {
  let stored = 0;
  let { answer, grading } = await grades.next(sample);
  while (answer) {
    terminal.note(describeAnswer(answer, `${grading.graded + 1} of ${grading.answers}`));
    const shownMs = Date.now();
    const choice = await nextKey(signal, choiceOfKey);
    if (choice === 'stop') break;
    if (choice === 'undo') {
      const undone = await grades.undo(sample);
      if (undone) stored = Math.max(0, stored - 1);
      else terminal.note('There is no grade to take back.');
      ({ grading } = await grades.next(sample));
      answer = undone ?? answer;
      continue;
    }
    const safety = answer.asksSafety ? await askSafety(signal, terminal) : undefined;
    if (safety === 'back') continue;
    const durationMs = Date.now() - shownMs;
    const { answer: named, note } = answer;
    await grades.grade({ ...sample, answer: named, grade: choice, safety, note, durationMs });
    stored += 1;
    ({ answer, grading } = await grades.next(sample));
  }
  return stored;
}

async function askSafety(signal: AbortSignal, terminal: Call['terminal']) {
  terminal.note(safetyQuestion);
  return await nextKey(signal, (key) => (key === 'u' ? ('back' as const) : safetyOfKey[key]));
}

function describeAnswer({ prompt, output }: BlindAnswer, place: string): string {
  const rule = '─'.repeat(Math.min(process.stderr.columns ?? 80, 80));
  const turns = prompt.map((message) => `${message.role}: ${message.content}`).join('\n');
  return [rule, `Answer ${place}`, turns, rule, output, rule, question].join('\n');
}

function choiceOfKey(key: string): Grade | 'undo' | 'stop' | undefined {
  if (key === 'u') return 'undo';
  return key === 'q' ? 'stop' : gradeOfKey[key];
}
