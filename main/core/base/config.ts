import type { Job } from '../../../shared/contract/job-kinds.ts';

/** What a shell can do for the core that plain Node cannot: native dialogs, menu commands. */
export interface HostBridge {
  /** Opens the native dialog; `null` when the person cancelled it. */
  pickFile(purpose: string, suggestedName: string | undefined): Promise<string | null>;
  /** Menu commands as they happen, until the signal aborts. */
  commands(signal: AbortSignal | undefined): AsyncIterable<{ command: string; path?: string }>;
  /** A job has another state than before. */
  jobChanged(job: Job): void;
}

/** How a shell sets up the core. */
export interface CoreConfig {
  shell: 'desktop' | 'web' | 'cli';
  /** Folder for recent projects, the annotator's name and the log; never inside a project. */
  userDataDir: string;
  /** Folders files may be taken from and written to; `null` allows every path the user can reach. */
  fileRoots: string[] | null;
  host?: HostBridge;
}
