/**
 * Work in SQL that may take long, in steps: each `next(limit)` looks at about so many rows, so that
 * whoever calls it can let others have their turn in between.
 */
export type Steps<Result> = Generator<void, Result, number>;

/** Takes all steps at once: for a small project, and where nobody waits. */
export function takeAtOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next(100_000);
    if (done) return value;
  }
}
