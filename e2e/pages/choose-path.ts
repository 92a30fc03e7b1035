import type { Workbench } from '../workbench.ts';

/**
 * Answers the file dialog that `open` brings up: the native one of the desktop app, or the in-app
 * listing of web mode, where the whole path is typed.
 */
export async function choosePath(
  workbench: Workbench,
  path: string,
  open: () => Promise<void>,
): Promise<void> {
  if (workbench.isDesktop) {
    await workbench.answerNextDialog(path);
    return await open();
  }
  await open();
  const field = workbench.page.getByRole('textbox', { name: /name or path$/i });
  await field.fill(path);
  await field.press('Enter');
  await field.waitFor({ state: 'detached' });
}
