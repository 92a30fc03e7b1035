import { canReplaceFile } from '../../rpc/rpc-error.ts';
import { confirmAction } from '../dialogs/dialog.tsx';
import { VisibleText } from '../text/visible-text.tsx';
import { chooseFile } from './file-chooser.ts';

/**
 * Lets a person choose where to save, and saves there. `save` is called again with `overwrite` when
 * a file that no export wrote is there and the person agrees to replace it; `undefined` when they
 * chose nothing or did not agree.
 */
export async function exportFile<Written>(
  { title, suggestedName }: { title: string; suggestedName: string },
  save: (target: { path: string; overwrite: boolean }) => Promise<Written>,
): Promise<Written | undefined> {
  const name = fileNameOf(suggestedName);
  const path = await chooseFile({ purpose: 'save', title, suggestedName: name });
  if (path === null) return undefined;
  try {
    return await save({ path, overwrite: false });
  } catch (error) {
    if (!canReplaceFile(error)) throw error;
    return (await mayReplace(path)) ? await save({ path, overwrite: true }) : undefined;
  }
}

const mayReplace = (path: string) =>
  confirmAction({
    title: 'Replace the file that is there?',
    body: (
      <>
        <VisibleText text={path} /> was not written by an export of yours. Replacing it cannot be
        undone.
      </>
    ),
    confirmLabel: 'Replace',
    refuseLabel: 'Keep it',
    isDangerous: true,
  });

/** A name that may come from a project as one that leads into no other folder. */
export function fileNameOf(text: string): string {
  const name = text
    .replaceAll(/[\p{Cc}\p{Cf}/\\:*?"<>|]+/gu, '-')
    .replaceAll(/^[.\s]+|[.\s]+$/g, '');
  return name.slice(0, 150) || 'export';
}
