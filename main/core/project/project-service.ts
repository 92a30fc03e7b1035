import { existsSync, renameSync } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { changeTopicSchema, type Ending, type ProjectInfo } from '../../../shared/contract/app.ts';
import type { ReadReason } from '../../../shared/domain/project/access.ts';
import {
  createProjectFile,
  openProjectFile,
  type ProjectFile,
} from '../../store/file/open-project-file.ts';
import { countOngoing, describeOngoing } from '../../../shared/text/project/ongoing-work.ts';
import { syncFolderAtOnce } from '../../side-files/sync-folder.ts';
import { AppError } from '../base/app-error.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import { placeTimes, SilentPlace } from '../files/places.ts';
import { explainError } from '../base/explain-error.ts';
import { requireSession, type CoreState } from './core-state.ts';
import { ProjectSession } from './project-session.ts';
import { describeBeforeClosing, describeOpened, rememberRecent } from './recent-projects.ts';

/** Makes a new project file, closes the open one and opens the new one. */
export async function createAndOpen(
  state: CoreState,
  path: string,
  ending: Ending = {},
): Promise<ProjectInfo> {
  const named = extname(path) === '.lima' ? path : `${path}.lima`;
  return await createAt(state, state.exports.decideProject(named), ending);
}

/** The same at a place that is decided on: a person's choice, or the program's own folder. */
export function createAt(
  state: CoreState,
  target: GuardedPath,
  ending: Ending = {},
): Promise<ProjectInfo> {
  return state.projectTurns.run(async () => {
    const info = await takeOver(state, () => createProjectFile(target), ending);
    rememberKnown(state, 'made');
    return info;
  });
}

/** From now on the open project is one that this person knows. */
export function rememberKnown(state: CoreState, how: 'made' | 'trusted'): void {
  const { uuid, file } = requireSession(state);
  try {
    state.known.add({ uuid, path: file.path, how });
  } catch (error) {
    // It holds until the program ends; a full or read-only home must not keep a project shut.
    state.log.write(`${file.path} could not be added to the known projects: ${String(error)}`);
  }
}

/** Closes the open project, if there is one. */
export function closeCurrent(state: CoreState, ending: Ending = {}): Promise<ClosedProject> {
  return state.projectTurns.run(() => closeSession(state, ending));
}

const idleCheckMs = 250;

/** Closes the open project as soon as nothing goes on in it, unless that is taken back before. */
export function closeWhenDone(state: CoreState, isWanted: boolean): void {
  const session = requireSession(state);
  if (session.closesWhenDone === isWanted) return;
  session.closesWhenDone = isWanted;
  session.changes.touch('project');
  if (isWanted) closeOnceIdle(state, session);
}

function closeOnceIdle(state: CoreState, session: ProjectSession): void {
  const timer = setInterval(() => {
    if (state.session === session && session.closesWhenDone && isBusy(session)) return;
    clearInterval(timer);
    if (state.session !== session || !session.closesWhenDone) return;
    session.closesWhenDone = false;
    closeCurrent(state).catch((error: unknown) => {
      session.changes.touch('project');
      state.log.write(`${session.file.path} could not be closed: ${String(error)}`);
    });
  }, idleCheckMs).unref();
}

function isBusy(session: ProjectSession): boolean {
  const { jobs, answers } = session.ongoing();
  return jobs.length > 0 || answers > 0;
}

/** Throws JOBS_RUNNING, with what goes on, where a call would end that and nobody has said it may. */
export function requireNothingOngoing({ session }: CoreState, { stopJobs }: Ending): void {
  if (!session || stopJobs === true || !isBusy(session)) return;
  const work = session.ongoing();
  const { jobs, answers } = work;
  const listed = jobs.map(({ id, kind, title, state, progress }) => {
    return { id, kind, title, state, progress };
  });
  throw new AppError(
    'JOBS_RUNNING',
    `${countOngoing(work)} would end with ${session.file.name}: ${describeOngoing(work).join('; ')}`,
    { jobs: listed, answers },
  );
}

/** Whether a project was open, and where it was saved when its own file was taken away. */
export interface ClosedProject {
  closed: boolean;
  savedAs: string | null;
}

/** Closes the open project within a turn of `projectTurns`. */
export async function closeSession(state: CoreState, ending: Ending = {}): Promise<ClosedProject> {
  const { session } = state;
  if (!session) return { closed: false, savedAs: null };
  requireNothingOngoing(state, ending);
  try {
    await describeBeforeClosing(state, session);
    // It stays open when this fails, as on a full disk: what is open is nowhere else.
    const savedAs = await rescue(state, session);
    state.session = null;
    await session.close();
    return { closed: true, savedAs };
  } catch (error) {
    // Pages that do not fit together any more cannot be saved however often it is tried.
    if (explainError(error)?.code === 'PROJECT_INVALID') await abandon(state);
    throw error;
  }
}

async function rescue(state: CoreState, session: ProjectSession): Promise<string | null> {
  const savedAs = await session.rescue(state.config.userDataDir);
  if (savedAs === null) return null;
  state.log.write(`${session.file.path} was changed by others; what was open is in ${savedAs}`);
  rememberRecent(state, savedAs);
  return savedAs;
}

/** Closes the open project without saving what its file cannot take. */
export async function abandon(state: CoreState): Promise<void> {
  const { session } = state;
  state.session = null;
  await session?.close();
}

/** Recent projects for the welcome screen, and whether their files are still there. */
export async function recentProjects(state: CoreState, signal?: AbortSignal) {
  const listed = state.settings.recent().map(async (entry) => ({
    ...entry,
    ...(await presence(state, entry.path, signal)),
    name: basename(entry.path).replace(/\.lima$/, ''),
    ongoing: state.session?.file.path === entry.path ? state.session.jobs.ongoing.length : 0,
  }));
  return await Promise.all(listed);
}

async function presence({ paths }: CoreState, path: string, signal: AbortSignal | undefined) {
  const wait = { signal, mostMs: placeTimes.listedMs };
  try {
    await paths.reach(path, wait);
    return { exists: existsSync(path), isSilent: false };
  } catch (error) {
    signal?.throwIfAborted();
    return { exists: false, isSilent: error instanceof SilentPlace };
  }
}

/** Opens a project in place of the open one, which is closed; refused before anything is touched. */
export async function takeOver(
  state: CoreState,
  open: () => ProjectFile,
  { readReason = null, ...ending }: Ending & { readReason?: ReadReason | null } = {},
): Promise<ProjectInfo> {
  if (state.calls.isClosing)
    throw new AppError(
      'INVALID_STATE',
      'Lima Workbench is closing: start it again, then open this',
    );
  requireNothingOngoing(state, ending);
  const file = open();
  try {
    await closeSession(state, ending);
    begin(state, file, readReason);
  } catch (error) {
    file.close();
    throw error;
  }
  rememberRecent(state, file.path);
  const session = requireSession(state);
  const info = await session.info();
  describeOpened(state, session, info);
  return info;
}

function begin(state: CoreState, file: ProjectFile, readReason: ReadReason | null): void {
  if (file.access === 'edit') recover(state, file);
  const session = new ProjectSession(file, state, readReason);
  for (const handler of state.features.jobs(session, state)) session.jobs.register(handler);
  session.jobs.onState = (job) => state.config.host?.jobChanged(job);
  session.beforeClosing = () => state.features.closing(session);
  state.session = session;
  state.features.opened(session, state);
}

/** A file that takes the place of the open project's, and what is kept of that one. */
export interface Replacement {
  /** On the disk of the project, whole and closed. */
  ready: string;
  /** A copy of the project as it was, and its name from now on. */
  setAside?: { from: string; to: string };
  /** Called when nothing can keep the session from ending any more. */
  onEnd?: () => void;
}

/**
 * Puts another file in the place of the open project's and opens that. Between the two no call can
 * find no project: all that takes time comes before, and a crash leaves the one file or the other.
 */
export function replaceOpenFile(
  state: CoreState,
  session: ProjectSession,
  { ready, setAside, onEnd }: Replacement,
): Promise<void> {
  return state.projectTurns.run(async () => {
    if (state.session !== session)
      throw new AppError('INVALID_STATE', 'Another project was opened meanwhile');
    const { path } = session.file;
    if (setAside) renameSync(setAside.from, setAside.to);
    onEnd?.();
    await session.stop();
    session.file.guard?.foldEarly();
    // What waits is answered: after this turn nothing is until the other file is open.
    await nextTurn();
    session.changes.touch(...changeTopicSchema.options);
    session.end();
    state.session = null;
    try {
      renameSync(ready, path);
      syncFolderAtOnce(dirname(path));
    } finally {
      // Whatever stands there now: the merged file, or the one from before.
      begin(state, openProjectFile(path), null);
    }
  });
}

function recover({ features, log }: CoreState, file: ProjectFile): void {
  try {
    for (const line of features.recover(file)) log.write(`${file.path}: ${line}`);
  } catch (error) {
    // What was lost stays where it is; a full disk must not keep the rest of the project shut.
    log.write(`${file.path}: what a crash left could not be recovered: ${String(error)}`);
  }
}
