import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { checkRows, type DamagedGroup } from '../../store/checksums/check-rows.ts';
import { sealSomeRows } from '../../store/checksums/seal-rows.ts';
import { get } from '../../store/database.ts';
import type { Log } from '../base/log.ts';
import type { ProjectSession } from '../project/project-session.ts';

const sliceMs = 8;
const sealEveryMs = 1000;
/** A file that is damaged all over needs a whole backup: more of it helps nobody. */
const mostDamage = 500;
/** Closing waits no longer for checksums: the next opening makes what is missing. */
const closingMs = 500;

/**
 * The checksums of an open project: all are compared once after it was opened, and rows that were
 * added get theirs within a second or two, both in pieces of a few milliseconds.
 */
export class RowChecks {
  readonly #session: ProjectSession;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  readonly #found: DamagedGroup[] = [];
  readonly checked: Promise<void>;
  #isClosing = false;
  #sealing: Promise<void> | undefined;
  #sealedChanges = -1;
  #ownChanges = 0;

  constructor(session: ProjectSession, log: Log) {
    this.#session = session;
    this.#log = log;
    this.checked = this.#check();
    this.#timer = setInterval(() => void this.seal(), sealEveryMs).unref();
  }

  /** Groups of rows that are not what was stored, as far as they were compared yet. */
  get damage(): readonly DamagedGroup[] {
    return this.#found;
  }

  /** How many rows of `total_changes()` sealing wrote: none of them is anybody's work. */
  get ownChanges(): number {
    return this.#ownChanges;
  }

  /** Takes a group off the list: its rows are what they were. */
  mended(group: DamagedGroup): void {
    this.#found.splice(this.#found.indexOf(group), 1);
    this.#session.damagedGroups = this.#found.length;
  }

  /** Gives checksums to the rows that have none yet; whoever asks meanwhile waits for the same. */
  seal(): Promise<void> {
    this.#sealing ??= this.#sealAll().finally(() => (this.#sealing = undefined));
    return this.#sealing;
  }

  async #sealAll(): Promise<void> {
    if (this.#session.readReason !== null) return;
    while (!this.#isClosing && this.#hasChanged() && this.#sealSome()) await setImmediate();
  }

  /** Ends what is under way, and seals what is left, for at most half a second. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    await this.checked;
    if (this.#session.readReason !== null) return;
    const endMs = performance.now() + closingMs;
    while (performance.now() < endMs && this.#hasChanged() && this.#sealSome())
      await setImmediate();
  }

  async #check(): Promise<void> {
    await setImmediate();
    try {
      let endMs = performance.now() + sliceMs;
      for (const damage of checkRows(this.#session.file.db)) {
        if (damage) this.#add(damage);
        if (this.#isClosing || this.#found.length >= mostDamage) return;
        if (performance.now() < endMs) continue;
        await setImmediate();
        endMs = performance.now() + sliceMs;
      }
    } catch (error) {
      // What cannot be read here is told where it is read; a check must not take the project along.
      this.#log.write(`${this.#session.file.path}: rows could not be checked: ${String(error)}`);
    }
  }

  #add(damage: DamagedGroup): void {
    this.#found.push(damage);
    this.#session.damagedGroups = this.#found.length;
    const { table, first, last } = damage;
    this.#log.write(`${this.#session.file.path}: damaged rows in ${table}, ${first} to ${last}`);
    this.#session.changes.touch('project');
  }

  #sealSome(): boolean {
    const before = this.#changes();
    try {
      const isMore = sealSomeRows(this.#session.file.db, sliceMs);
      this.#ownChanges += this.#changes() - before;
      if (!isMore) this.#sealedChanges = this.#changes();
      return isMore;
    } catch (error) {
      this.#log.write(`${this.#session.file.path}: no checksums were made: ${String(error)}`);
      this.#sealedChanges = this.#changes();
      return false;
    }
  }

  #hasChanged(): boolean {
    return this.#changes() !== this.#sealedChanges;
  }

  #changes(): number {
    return get(this.#session.file.db, changesRow, 'SELECT total_changes() AS n')?.n ?? 0;
  }
}

const changesRow = z.object({ n: z.number() });

const sessions = new WeakMap<ProjectSession, RowChecks>();

/** Begins to check the rows of a project that was opened. */
export function startRowChecks(session: ProjectSession, log: Log): void {
  sessions.set(session, new RowChecks(session, log));
}

/** The checks of an open project. */
export const rowChecksOf = (session: ProjectSession): RowChecks | undefined =>
  sessions.get(session);
