import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ProjectInfo, ChangeTopic } from '../../../shared/contract/app.ts';
import type { OngoingWork } from '../../../shared/domain/job.ts';
import type { SampleStatus } from '../../../shared/domain/sample.ts';
import type { ProjectFile } from '../../store/file/open-project-file.ts';
import { explainChange, tellChange } from '../../store/file/project-guard.ts';
import { freeCopyName, saveCopy } from '../../store/file/save-copy.ts';
import { projectCounts } from '../../store/repositories/project/project-counts.ts';
import { projectIdentity } from '../../store/repositories/project/project-contents.ts';
import { judgedOf, packetOf, type StoredPacket } from '../../store/repositories/project/packet.ts';
import type { DeviceService } from '../devices/device-service.ts';
import type { ReadReason } from '../../../shared/domain/project/access.ts';
import type { PacketKind } from '../../../shared/domain/project/packet.ts';
import { packetRefusalText } from '../../../shared/text/merging.ts';
import { readOnlyNotice } from '../../../shared/text/project/read-only.ts';
import { AppError } from '../base/app-error.ts';
import { JobService } from '../jobs/job-service.ts';
import type { VouchedThings } from '../base/vouched-things.ts';
import type { NetworkSettings } from '../network/network-settings.ts';
import { ProjectNetwork } from '../network/project-network.ts';
import { InferenceSlots } from './inference-slots.ts';
import { OwnThings } from './own-things.ts';
import type { CoreConfig } from '../base/config.ts';
import type { Log } from '../base/log.ts';
import { OngoingCalls } from '../base/ongoing-calls.ts';
import { SharedAnswers } from '../base/shared-answers.ts';
import type { ExportFiles } from '../files/export-files.ts';
import type { PathGuard } from '../files/path-guard.ts';
import { Broadcast } from '../base/streams.ts';
import { countStatuses } from './sample-counts.ts';

/** What is asked of `ProjectSession.answer`. */
export interface Question {
  /** Tells it from others of its kind. */
  key: string;
  /** What it depends on. */
  topics: readonly ChangeTopic[];
  signal: AbortSignal | undefined;
}

/** What a session uses of the core that outlives it. */
interface SessionSurroundings {
  log: Log;
  devices: DeviceService;
  paths: PathGuard;
  exports: ExportFiles;
  vouched: VouchedThings;
  network: NetworkSettings;
  config: Pick<CoreConfig, 'userDataDir'>;
}

/** Everything that lives as long as one project is open. */
export class ProjectSession {
  #isSaved = false;
  #watching: NodeJS.Timeout | undefined;
  #readReason: ReadReason | null;
  readonly file: ProjectFile;
  /** What tells this project, and every copy of it, from all others. */
  readonly uuid: string;
  /** For whom it was made, where it is a review packet. */
  readonly packet: StoredPacket | null;
  /** Which of its jobs and paths this person started and chose. */
  readonly own: OwnThings;
  readonly jobs: JobService;
  readonly devices: DeviceService;
  /** Every path of a row goes through it, as a path that a person names does. */
  readonly paths: PathGuard;
  readonly exports: ExportFiles;
  readonly changes = new ChangeFeed();
  /** Which endpoints it may ask on this machine: none, until this person says so. */
  readonly network: ProjectNetwork;
  readonly inference = new InferenceSlots();
  /** Chats: what they wrote is stored before the file closes. */
  readonly calls = new OngoingCalls();
  readonly #statuses = new SharedAnswers<Record<SampleStatus, number>>();

  /** Why there is no new backup; null while there is. */
  backupProblem: string | null = null;
  /** Groups of rows that are not what was stored. */
  damagedGroups = 0;
  /** Whether it is to be closed as soon as nothing goes on any more. */
  closesWhenDone = false;
  /** What a feature has to do while the file is still open. */
  beforeClosing: () => Promise<void> = () => Promise.resolve();

  /** `readReason` tells why a file that is open for reading is not open for changes. */
  constructor(
    file: ProjectFile,
    { log, devices, paths, exports, vouched, network, config }: SessionSurroundings,
    readReason: ReadReason | null = null,
  ) {
    this.uuid = projectIdentity(file.db)?.uuid ?? '';
    this.packet = packetOf(file.db);
    this.devices = devices;
    this.paths = paths;
    this.exports = exports;
    this.file = file;
    this.#readReason = readReason;
    this.own = new OwnThings(this.uuid, vouched, log);
    this.network = new ProjectNetwork(this.uuid, network, config.userDataDir);
    this.jobs = new JobService(file.db, { log, paths }, file.access === 'read');
    this.jobs.onStart = (job) => this.own.addJob(job);
    this.#watchFiles();
  }

  /** Why the project takes no changes; null while it does. */
  get readReason(): ReadReason | null {
    return this.#readReason;
  }

  /** A person who only reads learns of it as well, within a second. */
  #watchFiles(): void {
    const { guard } = this.file;
    if (!guard) return;
    this.#watching = setInterval(() => guard.look(), lookEveryMs).unref();
    guard.onChange = (change) => {
      clearInterval(this.#watching);
      const cause = new AppError('PROJECT_READ_ONLY', explainChange(change), {
        path: change.path,
        reason: 'changed-outside',
      });
      this.stopEditing('changed-outside');
      void this.jobs.suspend(cause);
    };
  }

  /** Throws PROJECT_READ_ONLY unless the project takes changes. */
  requireEditing(): void {
    const reason = this.#readReason;
    if (reason === null) return;
    const { path } = this.file;
    throw new AppError('PROJECT_READ_ONLY', readOnlyNotice(reason), { path, reason });
  }

  /** Throws INVALID_STATE in a review packet that is of none of these kinds. */
  requirePacket(packets: readonly PacketKind[]): void {
    if (this.packet && !packets.includes(this.packet.kind))
      throw new AppError('INVALID_STATE', packetRefusalText(this.packet));
  }

  /** From now on every change is refused with this reason; what is open stays readable. */
  stopEditing(reason: ReadReason): void {
    this.#readReason = reason;
    this.changes.touch('project');
  }

  /** Takes changes again, when it was this reason that ended them. */
  resumeEditing(reason: ReadReason): void {
    if (this.#readReason !== reason) return;
    this.#readReason = null;
    this.changes.touch('project');
  }

  /** What would end if the project were closed now. */
  ongoing(): OngoingWork {
    return { jobs: this.jobs.ongoing, answers: this.calls.answers };
  }

  /** What the window shows of the project as a whole. */
  async info(signal?: AbortSignal): Promise<ProjectInfo> {
    const samples = await this.statuses(signal);
    const change = this.file.guard?.change;
    return {
      path: this.file.path,
      name: this.file.name,
      sizeBytes: statSync(this.file.path, { throwIfNoEntry: false })?.size ?? 0,
      schemaVersion: this.file.fileVersion,
      samples,
      ...projectCounts(this.file.db),
      notice: change ? tellChange(change) : this.file.notice,
      packet: this.packet && { ...this.packet, ...judgedOf(this.file.db, this.packet, samples) },
      backupProblem: this.backupProblem,
      damagedGroups: this.damagedGroups,
      access: this.#readReason === null ? 'edit' : 'read',
      readReason: this.#readReason,
      closesWhenDone: this.closesWhenDone,
    };
  }

  /** How many samples stand where in the review. */
  statuses(signal?: AbortSignal): Promise<Record<SampleStatus, number>> {
    const question = { key: '', topics: ['samples', 'reviews'] as const, signal };
    return this.answer(this.#statuses, question, (stopped) => countStatuses(this.file.db, stopped));
  }

  /**
   * An answer that reads many rows piece by piece: computed once for all who ask until one of the
   * topics is touched. NO_PROJECT when the project closes meanwhile.
   */
  async answer<Value>(
    answers: SharedAnswers<Value>,
    { key, topics, signal }: Question,
    compute: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    const revision = this.changes.revisionOf(topics);
    try {
      return await this.calls.run([signal], (stopped) =>
        answers.get(key, revision, stopped, compute),
      );
    } catch (error) {
      if (!this.calls.isClosing) throw error;
      throw new AppError('NO_PROJECT', 'The project was closed before this was answered');
    }
  }

  /** Writes what is open as a new project; what runs saves and stops first. */
  async saveAs(path: string): Promise<void> {
    await this.jobs.suspend(new AppError('PROJECT_READ_ONLY', 'The project is being saved anew'));
    await saveCopy(this.file, path);
    this.#isSaved = true;
  }

  /**
   * To be called before closing: where the file cannot take what is open, because somebody changed
   * it, that is saved beside it (or in `spareFolder`) unless it was before. Returns where.
   */
  async rescue(spareFolder: string): Promise<string | null> {
    if (this.#isSaved || !this.file.db.open || !this.file.guard?.needsCopy) return null;
    const beside = dirname(this.file.path);
    const path = freeCopyName(existsSync(beside) ? beside : spareFolder, this.file.name);
    await this.saveAs(path);
    return path;
  }

  /** Stops jobs, chats and engines; the file can still be read. */
  async stop(): Promise<void> {
    clearInterval(this.#watching);
    await Promise.all([this.jobs.close(), this.calls.close()]);
    await this.inference.release();
    await this.beforeClosing();
  }

  /** Stops jobs, chats and engines, ends every watch, then folds the project back into one file. */
  async close(): Promise<void> {
    try {
      await this.stop();
    } finally {
      this.end();
    }
  }

  /** Ends every watch and folds the project back into one file, once all of it has stopped. */
  end(): void {
    this.changes.close();
    this.file.close();
  }
}

const lookEveryMs = 1000;

const gatherMs = 150;

/** Tells views which topics changed, gathered so that a busy import sends a few messages a second. */
class ChangeFeed {
  readonly #changes = new Broadcast<{ topics: ChangeTopic[] }>();
  readonly #pending = new Set<ChangeTopic>();
  readonly #touches = new Map<ChangeTopic, number>();
  #timer: NodeJS.Timeout | undefined;

  /** Marks topics as changed. */
  touch(...topics: ChangeTopic[]): void {
    for (const topic of topics) {
      this.#pending.add(topic);
      this.#touches.set(topic, (this.#touches.get(topic) ?? 0) + 1);
    }
    this.#timer ??= setTimeout(() => this.#flush(), gatherMs).unref();
  }

  /** Grows whenever one of the topics is touched. */
  revisionOf(topics: readonly ChangeTopic[]): number {
    return topics.reduce((sum, topic) => sum + (this.#touches.get(topic) ?? 0), 0);
  }

  /** Changes from now on, until the signal aborts or the project closes. */
  watch(signal: AbortSignal | undefined): AsyncGenerator<{ topics: ChangeTopic[] }, void> {
    return this.#changes.subscribe(signal);
  }

  /** Tells what is pending and ends every watch. */
  close(): void {
    clearTimeout(this.#timer);
    if (this.#pending.size > 0) this.#flush();
    this.#changes.end();
  }

  #flush(): void {
    this.#timer = undefined;
    const topics = [...this.#pending];
    this.#pending.clear();
    this.#changes.publish({ topics });
  }
}

/** What a feature keeps in memory for each open project; it goes with the session. */
export class SessionScoped<Value> {
  readonly #values = new WeakMap<ProjectSession, Value>();
  readonly #make: () => Value;

  constructor(make: () => Value) {
    this.#make = make;
  }

  /** The value of a session, made when it is first asked for. */
  of(session: ProjectSession): Value {
    const known = this.#values.get(session);
    if (known !== undefined) return known;
    const made = this.#make();
    this.#values.set(session, made);
    return made;
  }
}
