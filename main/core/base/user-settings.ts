import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import {
  preferencesSchema,
  type PersonalSettings,
  type PreferencesChange,
} from '../../../shared/contract/settings.ts';
import { recentStateSchema } from '../../../shared/domain/project/recent-state.ts';
import { readInputFileSync } from '../../input-files/input-file.ts';
import { replaceFile } from '../../side-files/side-file.ts';

/** What is remembered of a project, so that nobody has to look into its file to tell. */
const recentSchema = z.object({
  path: z.string(),
  openedMs: z.number(),
  sizeBytes: z.number().nullable().default(null).catch(null),
  samples: z.number().int().nullable().default(null).catch(null),
  state: recentStateSchema.nullable().default(null).catch(null),
});
type RecentEntry = z.infer<typeof recentSchema>;
type RecentFacts = Partial<Omit<RecentEntry, 'path' | 'openedMs'>>;

const settingsSchema = preferencesSchema.extend({
  author: z.string().min(1),
  recent: z.array(recentSchema),
  backupFolder: z.string().nullable().default(null),
});
type Settings = z.infer<typeof settingsSchema>;

const maxRecent = 12;
const maxSettingsBytes = 1024 * 1024;

/** What belongs to the person and not to a project: name, preferences, recent projects, where backups go. */
export class UserSettings {
  readonly #path: string;
  #settings: Settings;

  constructor(userDataDir: string) {
    mkdirSync(userDataDir, { recursive: true });
    this.#path = join(userDataDir, 'settings.json');
    this.#settings = this.#read();
  }

  get author(): string {
    return this.#settings.author;
  }

  set author(author: string) {
    this.#write({ ...this.#read(), author });
  }

  /** The folder for backups of every project of this person; null keeps them beside each. */
  get backupFolder(): string | null {
    return this.#settings.backupFolder;
  }

  set backupFolder(backupFolder: string | null) {
    this.#write({ ...this.#read(), backupFolder });
  }

  /** What the person has set, read anew: another window may have changed it. */
  personal(): PersonalSettings {
    this.#settings = this.#read();
    const { recent: _, ...personal } = this.#settings;
    return personal;
  }

  /** Changes the preferences that are given. */
  change(change: PreferencesChange): void {
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    this.#write(settingsSchema.parse({ ...this.#read(), ...Object.fromEntries(given) }));
  }

  /** Recent projects, newest first; whether their files are still there is not looked at. */
  recent(): RecentEntry[] {
    return this.#settings.recent;
  }

  /** Puts a project on top of the recent ones. */
  addRecent(path: string): void {
    const settings = this.#read();
    const known = settings.recent.find((entry) => entry.path === path);
    const others = settings.recent.filter((entry) => entry.path !== path);
    const entry = recentSchema.parse({ ...known, path, openedMs: Date.now() });
    const recent = [entry, ...others].slice(0, maxRecent);
    this.#write({ ...settings, recent });
  }

  /** Remembers what one of the recent projects holds; nothing happens when it is none of them. */
  describeRecent(path: string, facts: RecentFacts): void {
    const settings = this.#read();
    const recent = settings.recent.map((entry) =>
      entry.path === path ? { ...entry, ...facts } : entry,
    );
    this.#write({ ...settings, recent });
  }

  // Read again before each change: a window and a command line share the file.
  #read(): Settings {
    const author = userInfo().username || 'me';
    const fallback = settingsSchema.parse({ author, recent: [] });
    if (!existsSync(this.#path)) return fallback;
    try {
      return settingsSchema.parse(
        JSON.parse(readInputFileSync(this.#path, maxSettingsBytes).toString('utf8')),
      );
    } catch {
      // Settings are a convenience: a damaged file is renamed, the person starts afresh.
      renameSync(this.#path, `${this.#path}.damaged`);
      return fallback;
    }
  }

  #write(settings: Settings): void {
    replaceFile(this.#path, JSON.stringify(settings, null, 2));
    this.#settings = settings;
  }
}
