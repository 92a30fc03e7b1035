import { showErrorToast } from '../ui/feedback/toast.tsx';
import { edit, useCurate } from './curate-store.ts';
import { rowCache } from './list/rows.ts';

/** Opens the editor on the selected sample. */
export function editSelected(): void {
  void openEditor().catch(showErrorToast);
}

async function openEditor(): Promise<void> {
  const { selectedSeq } = useCurate.getState();
  const row = selectedSeq === null ? undefined : await rowCache.load(selectedSeq);
  if (row) edit(row.id);
}
