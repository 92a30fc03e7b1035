import type { ProjectSession } from './project-session.ts';

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
