/** Methods of the engine that the tests of the process border fork. */
export type FixtureRequests = {
  /** Emits 1 to `count`, then returns their sum. */
  count: { params: { count: number }; event: number; result: { sum: number } };
  /** Fails with an error a user can act on. */
  refuse: { params: null; event: never; result: null };
  /** Fails with a code that no protocol knows. */
  misspell: { params: null; event: never; result: null };
  /** Fails with an error that nobody foresaw. */
  stumble: { params: null; event: never; result: null };
  /** Runs until cancelled, then returns normally. */
  wait: { params: null; event: 'waiting'; result: { outcome: string } };
  /** Prints to stderr and aborts the way a native assertion does. */
  abort: { params: null; event: never; result: null };
  /** Blocks its only thread for good, so that it sees no cancel. */
  block: { params: { ignoreTerm: boolean }; event: 'blocked'; result: null };
  /** Lets a thread open a file, which never ends for a pipe that nobody writes to. */
  openFile: { params: { path: string }; event: 'opening'; result: null };
  /** Returns a typed array and a bigint. */
  binary: { params: Int32Array; event: never; result: { doubled: Int32Array; big: bigint } };
};
