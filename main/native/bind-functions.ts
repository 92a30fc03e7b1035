import koffi, { type LibraryHandle } from 'koffi';

// The calls of llama.cpp and of our kernels need more of a thread's stack than koffi's 256 KiB (a
// product takes 890 KiB), and koffi takes the setting only before it loads the first library.
koffi.config({ async_stack_size: 8 * 1024 * 1024 });

/** Library that exports a function, its result and its arguments, each by the name of its kind. */
export type Signature<Library extends string, Kind> = readonly [
  library: Library,
  result: Kind,
  args: readonly Kind[],
];

type Arguments<Kinds, List extends readonly unknown[]> = {
  -readonly [Index in keyof List]: List[Index] extends keyof Kinds ? Kinds[List[Index]] : never;
};
type ResultOf<Kinds, S extends Signature<string, unknown>> = S[1] extends keyof Kinds
  ? Kinds[S[1]]
  : never;

/** A C function as JavaScript calls it, on this thread or on a worker's. */
export type NativeFunction<Kinds, S extends Signature<string, unknown>> = ((
  ...args: Arguments<Kinds, S[2]>
) => ResultOf<Kinds, S>) & {
  /** The same call on a worker thread; the callback runs on the main thread. */
  async(
    ...args: [
      ...Arguments<Kinds, S[2]>,
      callback: (error: Error | null, result: ResultOf<Kinds, S>) => void,
    ]
  ): void;
};

/** The functions of a table of signatures, by their C names; `Kinds` are the types of its kinds. */
export type BoundFunctions<Kinds, Table extends Record<string, Signature<string, unknown>>> = {
  readonly [Name in keyof Table]: NativeFunction<Kinds, Table[Name]>;
};

/**
 * Gives every name of a table its function. `cTypes` has the C type of a kind in koffi's notation;
 * a kind that is missing there is `void *`. Throws where a library lacks a function.
 */
export function bindFunctions<
  Kinds,
  Library extends string,
  const Table extends Record<string, Signature<Library, string>>,
>(
  libraries: Readonly<Record<Library, LibraryHandle>>,
  table: Table,
  cTypes: Readonly<Partial<Record<string, string>>>,
): BoundFunctions<Kinds, Table> {
  // koffi's functions are untyped: the table gives each name its signature, here and nowhere else.
  const bound: Record<string, unknown> = {};
  for (const [name, [library, result, args]] of Object.entries(table)) {
    const cArgs = args.map((kind) => cTypes[kind] ?? 'void *');
    bound[name] = libraries[library].func(name, cTypes[result] ?? 'void *', cArgs);
  }
  // A function that a library lacks has thrown; the type of each is its row of the table.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return bound as BoundFunctions<Kinds, Table>;
}

/** A call on a worker thread as a promise, so that the event loop runs on meanwhile. */
export async function callAsync<Args extends unknown[], Result>(
  native: { async(...args: [...Args, (error: Error | null, result: Result) => void]): void },
  ...args: Args
): Promise<Result> {
  return await new Promise<Result>((resolve, reject) => {
    native.async(...args, (error, result) => {
      if (error) reject(error);
      else resolve(result);
    });
  });
}
