import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { BackupReason, ContentCounts } from '../../../shared/domain/project/backup.ts';
import { startInspector } from '../../engines/start-engines.ts';
import { toRead } from '../files/guarded-engines.ts';
import { backupFolder, listBackups, type BackupFile } from '../../store/backups/backup-list.ts';
import { writeBackup } from '../../store/backups/write-backup.ts';
import { get } from '../../store/database.ts';
import { verifyCopy } from '../../store/file/verify-project.ts';
import { contentCounts } from '../../store/repositories/project/project-counts.ts';
import { explainError } from '../base/explain-error.ts';
import type { Log } from '../base/log.ts';
import { Turns } from '../base/ongoing-calls.ts';
import type { UserSettings } from '../base/user-settings.ts';
import { rowChecksOf } from '../checksums/row-checks.ts';
import type { ProjectSession } from '../project/project-session.ts';

const minuteMs = 60_000;
/** When backups are made by themselves. */
export const backupTimes = {
  checkMs: minuteMs / 2,
  hourlyMs: 60 * minuteMs,
  /** A backup that is younger is good enough when the project closes. */
  closingMs: 10 * minuteMs,
  /** Closing waits no longer; what it then lacks is made up for after the next opening. */
  closingLimitMs: 3000,
  retryMs: 10 * minuteMs,
};

/** What the backups of an open project need of the core. */
export interface BackupsState {
  settings: UserSettings;
  log: Log;
}

/** The backups of one open project: made by themselves at sensible moments, and when asked for. */
export class SessionBackups {
  readonly #session: ProjectSession;
  readonly #state: BackupsState;
  readonly #turns = new Turns();
  readonly #closing = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #changesBefore: number;
  #failedMs = -Infinity;
  #hasLookedBack = false;

  constructor(session: ProjectSession, state: BackupsState) {
    this.#session = session;
    this.#state = state;
    this.#changesBefore = this.#changes();
    this.#timer = setInterval(() => void this.check(), backupTimes.checkMs).unref();
  }

  /** Makes a backup if there are changes and the last one is of another day or an hour old. */
  async check(nowMs = Date.now()): Promise<void> {
    if (this.#session.readReason !== null) return;
    const { signal } = this.#closing;
    await this.#telling(signal, async () => {
      const reason = await this.#dueReason(nowMs);
      if (reason !== undefined && !signal.aborted) await this.#write(reason, signal);
    });
  }

  /** Makes one now; throws what is in the way. */
  make(reason: BackupReason): Promise<string> {
    return this.#write(reason, this.#closing.signal);
  }

  /** Makes one before a large step, where that is quick; a failure is told and does not hold it. */
  async makeBefore(step: 'undo' | 'emptying', signal: AbortSignal): Promise<void> {
    if (statSync(this.#session.file.path).size > quickBytes) return;
    const either = AbortSignal.any([signal, this.#closing.signal]);
    await this.#telling(either, async () => {
      if (this.#hasChanged() || !(await this.#newest())) await this.#write(step, either);
    });
  }

  /** Ends what is under way, and makes one of what changed since the last. */
  async close(): Promise<void> {
    await this.#stop();
    if (!this.#hasChanged()) return;
    const signal = AbortSignal.timeout(backupTimes.closingLimitMs);
    await this.#telling(signal, async () => {
      const newest = await this.#newest(signal);
      if (!newest || !isWithin(newest, backupTimes.closingMs, Date.now()))
        await this.#write('closing', signal);
    });
  }

  /** Makes no more: the project is kept in another way. */
  async giveUp(): Promise<void> {
    await this.#stop();
    this.#changesBefore = this.#changes();
  }

  async #stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#closing.abort();
    await this.#turns.run(() => Promise.resolve());
  }

  async #dueReason(nowMs: number): Promise<BackupReason | undefined> {
    if (nowMs - this.#failedMs < backupTimes.retryMs) return undefined;
    const newest = await this.#newest(this.#closing.signal);
    if (newest && isWithin(newest, backupTimes.hourlyMs, nowMs)) return undefined;
    if (!this.#hasChanged() && !(await this.#wasLeftBehind(newest))) return undefined;
    return newest && dayOf(newest.createdMs) === dayOf(nowMs) ? 'hourly' : 'daily';
  }

  /** True once for changes of an earlier session that no backup holds, as after a kill. */
  async #wasLeftBehind(newest: BackupFile | undefined): Promise<boolean> {
    if (this.#hasLookedBack) return false;
    this.#hasLookedBack = true;
    const now = contentCounts(this.#session.file.db);
    if (!newest) return Object.values(now).some((count) => count > 0);
    try {
      await using inspector = startInspector(toRead(newest.path));
      const { counts } = await inspector.request('describeProject', { path: newest.path });
      return !isSame(counts, now);
    } catch {
      // One that cannot be read is no backup.
      return true;
    }
  }

  async #telling(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (signal.aborted) return;
      this.#failedMs = Date.now();
      const problem = explainError(error)?.message ?? String(error);
      this.#session.backupProblem = problem;
      this.#state.log.write(`${this.#session.file.path}: no backup: ${problem}`);
      this.#session.changes.touch('project');
    }
  }

  #write(reason: BackupReason, signal: AbortSignal): Promise<string> {
    return this.#turns.run(() => this.#writeInTurn(reason, signal));
  }

  async #writeInTurn(reason: BackupReason, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    await this.#session.paths.reach(this.#folder, { signal });
    const { db } = this.#session.file;
    const changes = this.#changes();
    const verify = (copy: string) => verifyCopyAside(copy, signal);
    const made = await writeBackup({ db, folder: this.#folder, reason, signal, verify });
    this.#changesBefore = changes;
    this.#session.backupProblem = null;
    this.#session.changes.touch('project');
    return made;
  }

  get #folder(): string {
    return backupFolder(this.#session.file.path, this.#state.settings.backupFolder);
  }

  /** Throws where the folder does not answer. */
  async #newest(signal?: AbortSignal): Promise<BackupFile | undefined> {
    await this.#session.paths.reach(this.#folder, { signal });
    const backups = listBackups(this.#folder, this.#session.file.path);
    return backups.find(({ reason }) => reason !== 'damaged');
  }

  #hasChanged(): boolean {
    return this.#changes() !== this.#changesBefore;
  }

  #changes(): number {
    const all = get(this.#session.file.db, changesRow, 'SELECT total_changes() AS n')?.n ?? 0;
    return all - (rowChecksOf(this.#session)?.ownChanges ?? 0);
  }
}

const changesRow = z.object({ n: z.number() });

const dayOf = (epochMs: number) => new Date(epochMs).toDateString();

// A clock that was set back makes a backup of the future, which is of no known age.
const isWithin = ({ createdMs }: BackupFile, mostMs: number, nowMs: number) =>
  nowMs >= createdMs && nowMs - createdMs < mostMs;

const isSame = (a: ContentCounts, b: ContentCounts) => JSON.stringify(a) === JSON.stringify(b);

/** A larger copy takes longer than the undo, which overwrites nothing: it appends reviews. */
const quickBytes = 256 * 2 ** 20;

// Up to this size a check of every page is no pause that anyone notices: 2 MiB take 1 ms.
const smallBytes = 8 * 2 ** 20;

/** Reads all of a copy of an open project; a large one in another process. */
export async function verifyCopyAside(path: string, signal?: AbortSignal): Promise<void> {
  if (statSync(path).size <= smallBytes) return verifyCopy(path);
  const files = { reads: [], writes: [dirname(path)] };
  await using inspector = startInspector(files);
  await inspector.request('verifyCopy', { path }, { ...(signal && { signal }), cancelGraceMs: 0 });
}

const sessions = new WeakMap<ProjectSession, SessionBackups>();

/** Begins to look after the backups of a project that was opened. */
export function startBackups(session: ProjectSession, state: BackupsState): void {
  sessions.set(session, new SessionBackups(session, state));
}

/** The backups of an open project, if it takes changes. */
export const backupsOf = (session: ProjectSession): SessionBackups | undefined =>
  sessions.get(session);
