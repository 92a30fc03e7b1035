declare const guarded: unique symbol;

/** A path that the guard let through: whoever touches a file for a row or a person asks for one. */
export type GuardedPath = string & { readonly [guarded]: 'read' | 'export' };

/** A path that an export may be written to: `ExportFiles` decided so. */
export type ExportPath = GuardedPath & { readonly [guarded]: 'export' };

/** A property that holds a path, by its name: in payloads of jobs and in requests to engines. */
type PathName = 'path' | 'outDir' | `${string}Path`;

/** The same value with every path in it guarded, told by the names of its properties. */
export type WithGuardedPaths<Value> = Value extends
  string | number | boolean | null | undefined | ArrayBufferView
  ? Value
  : Value extends readonly unknown[]
    ? { [Index in keyof Value]: WithGuardedPaths<Value[Index]> }
    : {
        [Name in keyof Value]: Name extends 'outPath'
          ? ExportPath
          : Name extends PathName
            ? GuardedOr<Value[Name]>
            : WithGuardedPaths<Value[Name]>;
      };

type GuardedOr<Value> = Value extends string ? GuardedPath : Value;

/** Tells at run time what `WithGuardedPaths` tells the compiler. */
export const isPathName = (name: string): boolean => /^(?:path|outDir|.*Path)$/.test(name);

/** Calls a path guarded. Only this folder may: who does it without a check opens a hole. */
export const asGuarded = (path: string): GuardedPath => path as GuardedPath;

/** The same for a path that may be written to. */
export const asExportPath = (path: string): ExportPath => path as ExportPath;

/** The same for a value whose paths were all checked. */
export const asGuardedPaths = <Value>(value: object): WithGuardedPaths<Value> =>
  value as WithGuardedPaths<Value>;
