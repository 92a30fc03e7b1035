import { chmodSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readInputFileSync } from '../../input-files/input-file.ts';
import { replaceFile } from '../../side-files/side-file.ts';

const settingsSchema = z.object({
  projects: z.array(
    z.object({ uuid: z.string(), isEnabled: z.boolean(), baseUrls: z.array(z.string()) }),
  ),
  keys: z.array(z.object({ baseUrl: z.string(), key: z.string() })),
});
type Settings = z.infer<typeof settingsSchema>;
type ProjectSettings = Settings['projects'][number];

const mostBytes = 4 * 1024 * 1024;
const ownerOnly = 0o600;

/**
 * Which projects may ask which endpoints from this machine, and the keys of these: a file of the
 * person that only they can read. A damaged one is put aside, and then nothing is allowed.
 */
export class NetworkSettings {
  readonly #folder: string;

  constructor(userDataDir: string) {
    this.#folder = userDataDir;
  }

  /** What is set for a project; nothing is allowed where nobody set anything. */
  project(uuid: string): ProjectSettings {
    const known = this.#read().projects.find((project) => project.uuid === uuid);
    return known ?? { uuid, isEnabled: false, baseUrls: [] };
  }

  /** Changes what is set for a project. */
  change(uuid: string, change: Partial<Omit<ProjectSettings, 'uuid'>>): void {
    const settings = this.#read();
    const others = settings.projects.filter((project) => project.uuid !== uuid);
    this.#write({ ...settings, projects: [...others, { ...this.project(uuid), ...change }] });
  }

  /** Whether any project on this machine may ask a base URL. */
  isAdded(baseUrl: string): boolean {
    return this.#read().projects.some(({ baseUrls }) => baseUrls.includes(baseUrl));
  }

  /** The key that belongs to a base URL; undefined where none is stored. */
  keyOf(baseUrl: string): string | undefined {
    return this.#read().keys.find((entry) => entry.baseUrl === baseUrl)?.key;
  }

  /** Stores a key in place of an earlier one; null removes it. */
  setKey(baseUrl: string, key: string | null): void {
    const settings = this.#read();
    const others = settings.keys.filter((entry) => entry.baseUrl !== baseUrl);
    this.#write({ ...settings, keys: key === null ? others : [...others, { baseUrl, key }] });
  }

  get #path(): string {
    return join(this.#folder, 'network.json');
  }

  // Read anew each time: a window and a command line share the file.
  #read(): Settings {
    const none = { projects: [], keys: [] };
    const stats = statSync(this.#path, { throwIfNoEntry: false });
    if (!stats) return none;
    try {
      if ((stats.mode & 0o077) !== 0) chmodSync(this.#path, ownerOnly);
      const text = readInputFileSync(this.#path, mostBytes).toString('utf8');
      return settingsSchema.parse(JSON.parse(text));
    } catch {
      renameSync(this.#path, `${this.#path}.damaged`);
      return none;
    }
  }

  #write(settings: Settings): void {
    mkdirSync(this.#folder, { recursive: true });
    replaceFile(this.#path, JSON.stringify(settings, null, 2), ownerOnly);
  }
}
