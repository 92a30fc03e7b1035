import { join } from 'node:path';
import { EvaluatePage } from './pages/evaluate-page.ts';
import { ShellPage } from './pages/shell-page.ts';
import { addEvaluation, conversation, writeProject, type AnsweredPrompt } from './sample-files.ts';
import type { Workbench } from './workbench.ts';

/** Pairs of answers about the sea, long enough to be scrolled unless `words` are few. */
export const pairs = (count: number, { words = 400 } = {}): AnsweredPrompt[] =>
  Array.from({ length: count }, (_, ordinal) => ({
    prompt: `Question ${ordinal + 1}: how deep is the sea?`,
    a: `Deep ${ordinal}. ${'As deep as many towers. '.repeat(words / 5)}`,
    b: `Shallow ${ordinal}. ${'As shallow as a pond. '.repeat(words / 5)}`,
  }));

/** Opens a project whose evaluation “sea” has these pairs. */
export async function openPairs(workbench: Workbench, answered: readonly AnsweredPrompt[]) {
  const path = writeProject(join(workbench.folder, 'sea.lima'), [
    { messages: conversation('What is a ketch?', 'A boat with two masts.') },
  ]);
  addEvaluation(path, 'sea', answered);
  const shell = new ShellPage(workbench);
  await shell.openProject(path);
  await shell.goTo('Evaluate');
  const evaluate = new EvaluatePage(workbench.page);
  await evaluate.open('sea');
  return { shell, evaluate };
}
