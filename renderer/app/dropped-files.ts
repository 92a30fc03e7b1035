import { useEffect } from 'react';
import { addDropped } from '../curate/curate-store.ts';
import { startImports } from '../curate/import/start-imports.ts';
import { usePacketKind, useProject } from '../rpc/project.ts';
import { showToast } from '../ui/feedback/toast.tsx';
import { goToTab } from '../ui/navigation.ts';
import { chooseProject, openProject } from './project.ts';

const isProject = (name: string) => name.toLowerCase().endsWith('.lima');

/** Files may be dropped anywhere: a project is opened, data is imported, one file after the other. */
export function useDroppedFiles(): void {
  const project = useProject().data;
  const isPacket = usePacketKind() !== null;
  const takesData = project?.access === 'edit' && !isPacket;
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    window.addEventListener('dragover', (event) => event.preventDefault(), { signal });
    window.addEventListener(
      'drop',
      (event) => {
        event.preventDefault();
        const files = [...(event.dataTransfer?.files ?? [])];
        if (files.length > 0) void takeFiles(files, takesData);
      },
      { signal },
    );
    return () => stop.abort();
  }, [takesData]);
}

async function takeFiles(files: readonly File[], takesData: boolean): Promise<void> {
  const project = files.find(({ name }) => isProject(name));
  if (project) return await takeProject(project, files.length - 1);
  if (!takesData) {
    const text =
      'Data is imported into an open project that takes changes: open or make one first.';
    return showToast({ text, tone: 'bad' });
  }
  goToTab('curate');
  const pathOf = window.limaDesktop?.pathOf;
  if (pathOf) return await startImports(files.map((file) => ({ path: pathOf(file), ...asIs })));
  addDropped(files.map(({ name, size }) => ({ name, sizeBytes: size, path: '' })));
}

const asIs = { format: 'auto', dryRun: false } as const;

async function takeProject(file: File, others: number): Promise<void> {
  if (others > 0)
    showToast({ text: `“${file.name}” is a project: the other dropped files are left alone.` });
  const path = window.limaDesktop?.pathOf(file);
  if (path !== undefined) return await openProject(path);
  showToast({ text: `A page is not told where “${file.name}” lies: choose it here.` });
  await chooseProject();
}
