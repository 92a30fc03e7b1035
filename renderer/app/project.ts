import type { ProjectInfo } from '../../shared/contract/app.ts';
import { nextStep } from '../../shared/domain/project/pipeline.ts';
import { rpc } from '../rpc/client.ts';
import { describeError } from '../rpc/rpc-error.ts';
import { projectChanged } from '../rpc/watch.ts';
import { showErrorToast, showToast } from '../ui/feedback/toast.tsx';
import { chooseFile } from '../ui/files/file-chooser.ts';
import { endingProject } from './ongoing-dialog.tsx';
import { goToStep } from '../ui/next-steps.ts';
import { telling } from './opening-dialog.tsx';
import { showBackups, showBackupsOfBroken, showMerge } from './shell-store.ts';

const opening = { stopLabel: 'Stop and open the other' } as const;

/** Asks for a file name and creates a project there. */
export async function newProject(): Promise<void> {
  const request = { purpose: 'new-project', title: 'New project' } as const;
  await withChosenPath({ ...request, suggestedName: 'project.lima' }, (path) =>
    endingProject(opening, (how) => rpc.project.create({ path, ...how })),
  );
}

/** Opens the sample project on the step that is next; a fresh one leaves the one from before alone. */
export async function openSampleProject(isFresh: boolean): Promise<void> {
  await reportErrors(async () => {
    const info = await endingProject(opening, (how) => rpc.project.openSample({ isFresh, ...how }));
    if (!info) return;
    afterOpening(info);
    const facts = await rpc.project.pipeline();
    const step = nextStep(facts);
    if (step !== null) goToStep(facts, step);
  });
}

/** Asks for a project file and opens it. */
export async function chooseProject(): Promise<void> {
  await reportErrors(async () => {
    const path = await chooseFile({ purpose: 'open-project', title: 'Open project' });
    if (path !== null) await openProject(path);
  });
}

/** Asks for another copy of the open project, or a packet, and shows what it would bring. */
export async function chooseMerge(): Promise<void> {
  await reportErrors(async () => {
    const path = await chooseFile({ purpose: 'open-project', title: 'Merge another copy' });
    if (path !== null) showMerge(path);
  });
}

/** Opens the project at a known path. */
export async function openProject(path: string): Promise<void> {
  await reportErrors(async () => {
    try {
      afterOpening(
        await endingProject(opening, (how) =>
          telling((options) => rpc.project.open({ path, ...how }, options)),
        ),
      );
    } catch (error) {
      if (!(await hasBackups(path, error))) throw error;
      showBackupsOfBroken(path, error);
    }
  });
}

/** What a backup helps with; another program that has it open is none of it. */
const restorable: ReadonlySet<string> = new Set([
  'PROJECT_INVALID',
  'MIGRATION_CHANGED',
  'FILE_NOT_FOUND',
]);

async function hasBackups(path: string, error: unknown): Promise<boolean> {
  if (!restorable.has(describeError(error).code)) return false;
  return (await rpc.backups.list({ path })).backups.length > 0;
}

/** Shows the backups of the open project, if one is open. */
export async function showOpenBackups(): Promise<void> {
  await reportErrors(async () => {
    const project = await rpc.project.current();
    if (project) showBackups(project.path);
  });
}

/** Asks for a file name, saves what is open there and goes on in that file. */
export async function saveProjectAs(name: string): Promise<void> {
  const request = { purpose: 'new-project', title: 'Save the project as' } as const;
  await withChosenPath({ ...request, suggestedName: `${name}-saved.lima` }, (path) =>
    endingProject({ stopLabel: 'Stop and save' }, (how) => rpc.project.saveAs({ path, ...how })),
  );
}

/** Closes the open project and opens it anew, as when what kept it from changes was mended. */
export async function reopenProject(path: string): Promise<void> {
  await reportErrors(async () => {
    if (!(await endingProject(opening, (how) => rpc.project.close(how)))) return;
    projectChanged();
    afterOpening(await telling((options) => rpc.project.open({ path }, options)));
  });
}

/** Trusts the open project from now on and opens it for changes; throws what went wrong. */
export async function trustProject(): Promise<void> {
  try {
    await telling((options) => rpc.project.trust(undefined, options));
  } finally {
    projectChanged();
  }
}

const closing = { stopLabel: 'Stop and close', waitLabel: 'Close when it is done' } as const;

/** Closes the open project; false when that failed or a person decided otherwise. */
export async function closeProject(): Promise<boolean> {
  let isClosed = false;
  await reportErrors(async () => {
    const closed = await endingProject(closing, (how) => rpc.project.close(how));
    if (!closed) return;
    isClosed = true;
    const { savedAs } = closed;
    projectChanged();
    if (savedAs !== null) showToast({ text: `What was open is saved in ${savedAs}.` });
  });
  return isClosed;
}

async function withChosenPath(
  request: Parameters<typeof chooseFile>[0],
  call: (path: string) => Promise<ProjectInfo | undefined>,
): Promise<void> {
  await reportErrors(async () => {
    const path = await chooseFile(request);
    if (path !== null) afterOpening(await call(path));
  });
}

function afterOpening(project: ProjectInfo | undefined): void {
  if (!project) return;
  projectChanged();
  if (project.notice !== null) showToast({ text: project.notice });
}

async function reportErrors(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    showErrorToast(error);
  }
}
