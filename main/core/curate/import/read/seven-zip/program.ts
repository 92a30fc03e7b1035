import { createRequire } from 'node:module';
import { readInputFileSync } from '../../../../../input-files/input-file.ts';

/** What this uses of a global that the types of Node leave out. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (program: object, imports: object) => object;
};

const mostProgramBytes = 16 * 1024 ** 2;
let program: object | undefined;

/** 7-Zip compiled, once in a thread: those that are given it need not do so again. */
export function sevenZipProgram(): object {
  const path = createRequire(import.meta.url).resolve('7z-wasm/7zz.wasm');
  return (program ??= new WebAssembly.Module(readInputFileSync(path, mostProgramBytes)));
}

/** A new memory for it, and what it calls. */
export function instantiate(compiled: object, imports: object): object {
  return new WebAssembly.Instance(compiled, imports);
}
