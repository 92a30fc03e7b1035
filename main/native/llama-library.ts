import koffi from 'koffi';
import { InferenceError } from '../engines/protocol/errors.ts';
import { bindFunctions } from './bind-functions.ts';
import {
  batchFields,
  contextParams,
  type LlamaFunctions,
  llamaSignatures,
  llamaTypes,
  modelParams,
  type StructTable,
} from './llama-symbols.ts';

/** The version whose header `llama-symbols.ts` follows, as the library tells it. */
const expectedVersion = /^0\.4\.0(-dev)?$/;

let loaded: LlamaFunctions | undefined;

/**
 * The functions of the libllama that node-llama-cpp has loaded into this process: the same code on
 * the same devices, and no second copy. Throws ENGINE_LIBRARY_MISSING before node-llama-cpp has
 * started, and ENGINE_MISMATCH as `bindLlama` does.
 */
export function loadLlama(): LlamaFunctions {
  loaded ??= bindLlama(loadedLibrary());
  return loaded;
}

/**
 * Binds one libllama. Throws ENGINE_MISMATCH where it is of another version, or where its default
 * parameters do not lie where the structs of `llama-symbols.ts` have them: a wrong layout corrupts
 * memory instead of failing.
 */
export function bindLlama(path: string): LlamaFunctions {
  defineStructs();
  const library = koffi.load(path);
  let version: string;
  try {
    version = String(library.func('llama_version', 'str', [])());
  } catch {
    throw mismatch(path, 'it names no version');
  }
  if (!expectedVersion.test(version)) throw mismatch(path, `it is version ${version}`);
  const llama: LlamaFunctions = bindFunctions({ llama: library }, llamaSignatures, llamaTypes);
  requireDefaults(path, modelParams, llama.llama_model_default_params());
  requireDefaults(path, contextParams, llama.llama_context_default_params());
  return llama;
}

/** Throws ENGINE_MISMATCH with the first field whose value is not the one llama.h v0.4.0 gives it. */
export function requireDefaults(
  path: string,
  table: StructTable,
  found: Readonly<Record<string, unknown>>,
): void {
  for (const [name, [, expected]] of Object.entries(table))
    if (found[name] !== expected)
      throw mismatch(
        path,
        `its default of ${name} is ${String(found[name])} where ${String(expected)} is expected`,
      );
}

const mismatch = (path: string, reason: string) =>
  new InferenceError(
    'ENGINE_MISMATCH',
    `The llama.cpp library ${path} is not the one that this program was made for (0.4.0): ` +
      `${reason}. Reinstall the application, or run "npm ci".`,
  );

const typesOf = (table: StructTable) =>
  Object.fromEntries(Object.entries(table).map(([name, [type]]) => [name, type]));

let areDefined = false;

/** koffi keeps structs by name, once per process. */
function defineStructs(): void {
  if (areDefined) return;
  areDefined = true;
  koffi.struct('llama_model_params', typesOf(modelParams));
  koffi.struct('llama_context_params', typesOf(contextParams));
  koffi.struct('llama_batch', batchFields);
}

/** The path that the system's loader has for it; node-llama-cpp chose it by the devices here. */
function loadedLibrary(): string {
  // Names of hosts would be looked up.
  Object.assign(process.report, { excludeNetwork: true });
  const report: unknown = process.report.getReport();
  const path = sharedObjects(report).find((one) =>
    /[\\/](lib)?llama(\.[\w.]+)?\.(so|dylib|dll)$/.test(one),
  );
  if (path !== undefined) return path;
  throw new InferenceError(
    'ENGINE_LIBRARY_MISSING',
    'The llama.cpp library of node-llama-cpp is not in this process. Reinstall the application, or run "npm ci".',
  );
}

const sharedObjects = (report: unknown): string[] =>
  typeof report === 'object' &&
  report !== null &&
  'sharedObjects' in report &&
  Array.isArray(report.sharedObjects)
    ? report.sharedObjects.map(String)
    : [];
