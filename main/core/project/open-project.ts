import { extname } from 'node:path';
import type { Ending, ProjectInfo } from '../../../shared/contract/app.ts';
import type { ReadReason } from '../../../shared/domain/project/access.ts';
import type { ProjectContents } from '../../../shared/domain/project/project-contents.ts';
import { backupFolder } from '../../store/backups/backup-list.ts';
import { openProjectFile, openProjectForReading } from '../../store/file/open-project-file.ts';
import { requireFreeProject } from '../../store/file/save-copy.ts';
import { stampOf } from '../../store/file/file-state.ts';
import { setForeignLogAside } from '../../store/file/unclosed-project.ts';
import { realPath } from '../../store/file/project-side-files.ts';
import { isHolderRunning } from '../../store/file/project-lock.ts';
import { readProjectHeader } from '../../store/file/project-header.ts';
import {
  copyToRead,
  inPlace,
  isDiskFull,
  isSameFile,
  isUnwritable,
  needsCopy,
  type ReadingPlace,
} from '../../store/file/reading-place.ts';
import { projectContents } from '../../store/repositories/project/project-contents.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import { AppError } from '../base/app-error.ts';
import { explainError } from '../base/explain-error.ts';
import { requireSession, type CoreState } from './core-state.ts';
import { bringForwardBeside } from './bring-forward.ts';
import { bringForward, inspect, readContents } from './inspect-project.ts';
import { closeSession, rememberKnown, requireNothingOngoing, takeOver } from './project-service.ts';
import type { ProjectSession } from './project-session.ts';

/** How a project is opened; `signal` takes back what brings one of an earlier version forward. */
type OpeningCall = Ending & { signal?: AbortSignal | undefined };

/**
 * Opens a project file in place of the current one. What changes nothing comes first: it is
 * inspected in a process of its own, and one that nobody here made or trusts stays as it is.
 */
export async function openExisting(
  state: CoreState,
  path: string,
  ending: OpeningCall = {},
): Promise<ProjectInfo> {
  const target = state.paths.check(path);
  return state.projectTurns.run(() => openInTurn(state, target, ending));
}

/** The same within a turn of `projectTurns`. */
export async function openInTurn(
  state: CoreState,
  path: GuardedPath,
  { signal, ...ending }: OpeningCall = {},
): Promise<ProjectInfo> {
  const { session } = state;
  if (session && !session.file.guard?.look() && isSameFile(session.file.path, path))
    return session.info();
  readProjectHeader(path);
  const obstacle = obstacleTo(path);
  if (obstacle !== null) return await openToRead(state, path, { ...ending, reason: obstacle });
  try {
    if (state.known.hasAt(path)) setForeignLogAside(path);
    const stamp = stampOf(realPath(path));
    const { place, isKnown } = await inspectToOpen(state, path);
    if (!isKnown) return await openToRead(state, path, { ...ending, reason: 'not-trusted' }, place);
    place[Symbol.dispose]();
    const backups = backupFolder(path, state.settings.backupFolder);
    const request = { path, backups, inspected: stamp };
    const ready = await bringForwardBeside(state, request, { ...ending, signal });
    return await takeOver(state, () => openProjectFile(path, backups, ready), ending);
  } catch (error) {
    const reason = readReasonOf(error);
    if (reason === undefined) throw error;
    return await openToRead(state, path, { ...ending, reason });
  }
}

/** What would keep every change of a project from being stored, before anything is tried. */
function obstacleTo(path: string): ReadReason | null {
  if (isUnwritable(path)) return 'not-writable';
  return isDiskFull(path) ? 'disk-full' : null;
}

/** Why a project that could not be opened for changes can still be read, if it can. */
function readReasonOf(error: unknown): ReadReason | undefined {
  const { code, data } = explainError(error) ?? {};
  if (code === 'DISK_FULL') return 'disk-full';
  if (code !== 'PROJECT_READ_ONLY') return undefined;
  return data?.['reason'] === 'damaged-order' ? 'damaged-order' : 'not-writable';
}

/** Inspects a project, and tells whether it is one that was made or trusted here. */
async function inspectToOpen(state: CoreState, path: GuardedPath) {
  // Only where it lies SQLite tells that somebody else has it open; beside a log it makes a passing
  // file to look, which does no harm where a known project lay.
  const mayPassBy = state.known.hasAt(path) || isHolderRunning(path);
  const place = mayPassBy ? inPlace(path) : await placeToRead(path);
  try {
    const uuid = await inspect(path, place);
    return { place, isKnown: uuid !== null && state.known.has(uuid) };
  } catch (error) {
    place[Symbol.dispose]();
    throw error;
  }
}

const placeToRead = async (path: string) =>
  needsCopy(path) ? await copyToRead(path) : inPlace(path);

/** `inspected`: where it was inspected already, if that is a place to read it as well. */
async function openToRead(
  state: CoreState,
  path: GuardedPath,
  { reason, ...ending }: Ending & { reason: ReadReason },
  inspected?: ReadingPlace,
): Promise<ProjectInfo> {
  const isReady = inspected && (inspected.isCopy || !needsCopy(path));
  const place = isReady ? inspected : await placeToRead(path);
  try {
    if (!isReady) await inspect(path, place);
    if (place.isCopy) await bringForward(path, place);
    const open = () => openProjectForReading(path, place);
    return await takeOver(state, open, { ...ending, readReason: reason });
  } catch (error) {
    place[Symbol.dispose]();
    throw error;
  }
}

/** Trusts the open project from now on, and opens it for changes. */
export async function trustOpenProject(
  state: CoreState,
  signal?: AbortSignal,
): Promise<ProjectInfo> {
  return state.projectTurns.run(async () => {
    const session = requireSession(state);
    const path = state.paths.check(session.file.path);
    if (session.uuid === '')
      throw new AppError(
        'PROJECT_INVALID',
        `${path} does not say which project it is, so it cannot be trusted. Restore it from a backup.`,
        { path },
      );
    rememberKnown(state, 'trusted');
    if (session.readReason !== 'not-trusted') return session.info();
    await closeSession(state);
    return await openInTurn(state, path, { signal });
  });
}

/** Saves the open project, as it is, as a new file, and goes on in that; the old one stays. */
export async function saveAs(
  state: CoreState,
  path: string,
  ending: Ending = {},
): Promise<ProjectInfo> {
  const target = state.exports.decideProject(extname(path) === '.lima' ? path : `${path}.lima`);
  return state.projectTurns.run(async () => {
    const session = requireSession(state);
    requireFreeProject(target);
    requireNothingOngoing(state, ending);
    const wasEditable = session.readReason === null;
    // What is stored after its page was copied would be in the old file alone.
    if (wasEditable) session.stopEditing('saving');
    try {
      await session.saveAs(target);
    } catch (error) {
      if (wasEditable) await openAgain(state, session);
      throw error;
    }
    const info = await openInTurn(state, target, ending);
    if (wasEditable) rememberKnown(state, 'made');
    return info;
  });
}

/** The project as it was before it could not be saved: its jobs have stopped, and can go on. */
async function openAgain(state: CoreState, session: ProjectSession): Promise<void> {
  const path = state.paths.check(session.file.path);
  await closeSession(state, { stopJobs: true });
  await openInTurn(state, path);
}

/** What the open project holds and who wrote it. */
export async function contentsOf(
  { paths }: CoreState,
  { file }: ProjectSession,
): Promise<ProjectContents> {
  // Nobody else can read a file that is open for changes.
  return file.access === 'edit'
    ? projectContents(file.db)
    : await readContents(paths.check(file.path), file.place);
}
