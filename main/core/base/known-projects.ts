import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readInputFileSync } from '../../input-files/input-file.ts';
import { appendSideFile } from '../../side-files/side-file.ts';

const mostBytes = 64 * 1024 * 1024;

const knownProjectSchema = z.object({
  uuid: z.string(),
  path: z.string(),
  how: z.enum(['made', 'trusted']),
  sinceMs: z.number(),
});
type KnownProject = z.infer<typeof knownProjectSchema>;

/**
 * The projects that this person made on this machine or said to trust, a line each. Lines are only
 * added, so that two programs at a time lose none.
 */
export class KnownProjects {
  readonly #folder: string;
  // What cannot be stored holds until the program ends.
  readonly #added: KnownProject[] = [];

  constructor(userDataDir: string) {
    this.#folder = userDataDir;
  }

  /** True for the id of a project that was made or trusted here. */
  has(uuid: string): boolean {
    return this.#all().some((project) => project.uuid === uuid);
  }

  /** True where a project that was made or trusted here lay then. */
  hasAt(path: string): boolean {
    return this.#all().some((project) => project.path === path);
  }

  /** From now on the project is known. Throws when that cannot be written down. */
  add(project: Omit<KnownProject, 'sinceMs'>): void {
    if (this.#all().some(({ uuid, path }) => uuid === project.uuid && path === project.path))
      return;
    const known = { ...project, sinceMs: Date.now() };
    this.#added.push(known);
    mkdirSync(this.#folder, { recursive: true });
    appendSideFile(this.#path, `${JSON.stringify(known)}\n`);
  }

  get #path(): string {
    return join(this.#folder, 'known-projects.jsonl');
  }

  #all(): KnownProject[] {
    return [...this.#added, ...this.#text().split('\n').flatMap(parseLine)];
  }

  #text(): string {
    try {
      return readInputFileSync(this.#path, mostBytes).toString('utf8');
    } catch {
      // None is known yet, or none can be: then each is asked about.
      return '';
    }
  }
}

function parseLine(line: string): KnownProject[] {
  try {
    return [knownProjectSchema.parse(JSON.parse(line))];
  } catch {
    // Empty, or cut short by a full disk.
    return [];
  }
}
