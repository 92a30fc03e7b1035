import { useContext, useEffect } from 'react';
import { TabActiveContext } from '../../ui/shortcuts.ts';
import { showCurateDialog } from '../curate-store.ts';

/** A file dropped on the window opens the import dialog instead of replacing the page. */
export function useDroppedFiles(): void {
  const isActive = useContext(TabActiveContext);
  useEffect(() => {
    const allow = (event: DragEvent) => event.preventDefault();
    const drop = (event: DragEvent) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (isActive && file) showCurateDialog({ kind: 'import', droppedName: file.name });
    };
    window.addEventListener('dragover', allow);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', allow);
      window.removeEventListener('drop', drop);
    };
  }, [isActive]);
}
