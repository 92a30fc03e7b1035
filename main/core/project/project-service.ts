import { basename, extname } from 'node:path';
import type { ProjectInfo } from '../../../shared/contract/app.ts';
import {
  createProjectFile,
  openProjectFile,
  type ProjectFile,
} from '../../store/file/open-project-file.ts';
import { readProjectHeader } from '../../store/file/project-header.ts';
import { startInspector } from '../../engines/start-engines.ts';
import { AppError } from '../base/app-error.ts';
import type { CoreState } from './core-state.ts';
import { explainError } from '../base/explain-error.ts';
import { ProjectSession } from './project-session.ts';

// A schema of ours takes milliseconds, one that computes something may never end.
const mostMs = { inspectProject: 5_000, inspectPages: 30_000 };

/** Makes a new project file, closes the open one and opens the new one. */
export async function createAndOpen(state: CoreState, path: string): Promise<ProjectInfo> {
  const target = state.paths.check(extname(path) === '.lima' ? path : `${path}.lima`);
  return state.projectTurns.run(() => takeOver(state, () => createProjectFile(target)));
}

/** Inspects a project file in a process of its own, then opens it in place of the current one. */
export async function openExisting(state: CoreState, path: string): Promise<ProjectInfo> {
  const target = state.paths.check(path);
  return state.projectTurns.run(async () => {
    if (state.session?.file.path === target) return state.session.info();
    readProjectHeader(target);
    await inspect(target);
    return takeOver(state, () => openProjectFile(target));
  });
}

/** Closes the open project, if there is one. */
export function closeCurrent(state: CoreState): Promise<boolean> {
  return state.projectTurns.run(() => closeSession(state));
}

async function closeSession(state: CoreState): Promise<boolean> {
  const session = state.session;
  state.session = null;
  await session?.close();
  return session !== null;
}

/** Recent projects for the welcome screen. */
export function recentProjects(state: CoreState) {
  return state.settings.recent().map((entry) => ({
    ...entry,
    name: basename(entry.path).replace(/\.lima$/, ''),
  }));
}

async function takeOver(state: CoreState, open: () => ProjectFile): Promise<ProjectInfo> {
  if (state.calls.isClosing)
    throw new AppError(
      'INVALID_STATE',
      'Lima Workbench is closing: start it again, then open this',
    );
  const file = open();
  try {
    await closeSession(state);
    recover(state, file);
    const session = new ProjectSession(file, state);
    for (const handler of state.features.jobs(session)) session.jobs.register(handler);
    state.session = session;
  } catch (error) {
    file.close();
    throw error;
  }
  rememberRecent(state, file.path);
  return state.session.info();
}

function recover({ features, log }: CoreState, file: ProjectFile): void {
  try {
    for (const line of features.recover(file)) log.write(`${file.path}: ${line}`);
  } catch (error) {
    // What was lost stays where it is; a full disk must not keep the rest of the project shut.
    log.write(`${file.path}: what a crash left could not be recovered: ${String(error)}`);
  }
}

function rememberRecent(state: CoreState, path: string): void {
  try {
    state.settings.addRecent(path);
  } catch (error) {
    // The list is a convenience: a full or read-only home must not keep a project shut.
    state.log.write(`${path} could not be added to the recent projects: ${String(error)}`);
  }
}

async function inspect(path: string): Promise<void> {
  await using inspector = startInspector();
  // Starting is no fault of the file, however long it takes.
  await inspector.engine;
  for (const what of ['inspectProject', 'inspectPages'] as const)
    await inspectPart(inspector, what, path);
}

async function inspectPart(
  inspector: ReturnType<typeof startInspector>,
  what: keyof typeof mostMs,
  path: string,
): Promise<void> {
  const signal = AbortSignal.timeout(mostMs[what]);
  try {
    await inspector.request(what, { path }, { signal, cancelGraceMs: 500 });
  } catch (error) {
    if (explainError(error)?.code !== 'ENGINE_CRASHED' && !signal.aborted) throw error;
    const how = signal.aborted ? `took over ${mostMs[what] / 1000} s` : 'crashed';
    throw new AppError(
      'PROJECT_INVALID',
      `${path} is not opened: reading it ${how}. It may be damaged; restore it from a backup.`,
      { path },
    );
  }
}
