import { rpc } from '../../rpc/client.ts';
import { showToast } from '../feedback/toast.tsx';
import { exportFile } from './export-file.tsx';

/** Text that leaves as a file. */
interface LeavingText {
  /** Of the dialog, where there is one. */
  title: string;
  fileName: string;
  mediaType: string;
  write: () => string;
}

/**
 * Lets a person save text: a browser downloads it, and the desktop app, which refuses downloads, has
 * the core write the same with `save` where the dialog says.
 */
export async function saveText(
  { title, fileName, mediaType, write }: LeavingText,
  save: (target: { path: string; overwrite: boolean }) => Promise<{ path: string }>,
): Promise<void> {
  if (!(await rpc.app.info()).hasNativeDialogs) return downloadText(fileName, write(), mediaType);
  const saved = await exportFile({ title, suggestedName: fileName }, save);
  if (saved !== undefined) showToast({ text: `Saved ${saved.path}.`, tone: 'good' });
}

/** Long enough for the browser to have read the blob; it is freed afterwards. */
const keptMs = 60_000;

/** Hands text to the browser as a file to save; the desktop app refuses downloads. */
function downloadText(fileName: string, text: string, mediaType: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${mediaType};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), keptMs);
}
