import { useEffect } from 'react';
import { showCurateDialog } from '../curate/curate-store.ts';
import { rpc } from '../rpc/client.ts';
import { usePacket, useProject } from '../rpc/project.ts';
import { showErrorToast, showToast } from '../ui/feedback/toast.tsx';
import { goToTab } from '../ui/navigation.ts';
import { chooseProject, openProject } from './project.ts';
import { setJobsOpen } from './shell-store.ts';

const isProject = (name: string) => name.toLowerCase().endsWith('.lima');

/** Files may be dropped anywhere: a project is opened, data is imported, one file after the other. */
export function useDroppedFiles(): void {
  const project = useProject().data;
  const isPacket = usePacket() !== null;
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
  const pathOf = window.limaDesktop?.pathOf;
  if (pathOf) return await importAll(files.map(pathOf));
  goToTab('curate');
  showCurateDialog({ kind: 'import', droppedName: files.map(({ name }) => name).join('”, “') });
}

async function takeProject(file: File, others: number): Promise<void> {
  if (others > 0)
    showToast({ text: `“${file.name}” is a project: the other dropped files are left alone.` });
  const path = window.limaDesktop?.pathOf(file);
  if (path !== undefined) return await openProject(path);
  showToast({ text: `A page is not told where “${file.name}” lies: choose it here.` });
  await chooseProject();
}

/** Each is a job of its own; the core runs them one after the other. */
async function importAll(paths: readonly string[]): Promise<void> {
  let started = 0;
  for (const path of paths)
    try {
      await rpc.imports.start({ path });
      started += 1;
    } catch (error) {
      showErrorToast(error);
    }
  if (started > 0) setJobsOpen(true);
}
