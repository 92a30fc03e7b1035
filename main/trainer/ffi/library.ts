import koffi from 'koffi';
import type { DeviceFamily } from '../../../shared/domain/device.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';
import { bindFunctions } from '../../native/bind-functions.ts';
import { findGgmlLibraries, findGpuLibraries } from './find-libraries.ts';
import { cTypes, signatures, type GgmlFunctions } from './symbols.ts';

/** The ggml version whose headers `symbols.ts` follows, and its `sizeof(struct ggml_tensor)`+32. */
const expected = { version: '0.23.0', tensorOverhead: 368 };

let loaded: GgmlFunctions | undefined;
const loadedFamilies = new Set<DeviceFamily>();

/**
 * The ggml functions of this process, loaded with the CPU library that fits the processor best
 * (on a Mac with Metal too) once. Throws ENGINE_LIBRARY_MISSING, or ENGINE_MISMATCH when the
 * libraries are of another version: their struct layouts could differ, and a wrong layout corrupts
 * memory instead of failing.
 */
export function loadGgml(): GgmlFunctions {
  loaded ??= bindLibraries();
  return loaded;
}

/** Name and version of the engine, as it is kept with every adapter. */
export function engineName(): string {
  const ggml = loadGgml();
  return `ggml ${ggml.ggml_version()} (${ggml.ggml_commit()})`;
}

/**
 * Adds the devices of a family to this process. GPU libraries start drivers, which take time and
 * memory and may crash, so only a process that asks for them has them. Throws
 * DEVICE_LIBRARY_MISSING, or DEVICE_UNAVAILABLE with the words of the system's loader.
 */
export function loadFamily(family: DeviceFamily): void {
  const ggml = loadGgml();
  if (family === 'cpu' || family === 'metal' || loadedFamilies.has(family)) return;
  const paths = findGpuLibraries(family);
  if (paths.length === 0)
    throw new TrainerError(
      'DEVICE_LIBRARY_MISSING',
      `The ${family} library of node-llama-cpp is not installed`,
    );
  const reasons: string[] = [];
  for (const path of paths) {
    const reason = loaderProblem(path) ?? registrationProblem(ggml, path);
    if (reason === undefined) {
      loadedFamilies.add(family);
      return;
    }
    reasons.push(reason);
  }
  throw new TrainerError('DEVICE_UNAVAILABLE', reasons.join('; '));
}

/** ggml would say only that a library did not load; the system's loader says what it misses. */
function loaderProblem(path: string): string | undefined {
  try {
    koffi.load(path);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const [, missing] = /([\w.+-]+): cannot open shared object file/.exec(reason) ?? [];
    return missing === undefined ? reason : `${missing} is missing`;
  }
}

const registrationProblem = (ggml: GgmlFunctions, path: string) =>
  ggml.ggml_backend_load(path) === null ? `${path} has no device for this version` : undefined;

function bindLibraries(): GgmlFunctions {
  const paths = findGgmlLibraries();
  koffi.struct('ggml_init_params', {
    mem_size: 'size_t',
    mem_buffer: 'void *',
    no_alloc: 'bool',
  });
  const libraries = { base: koffi.load(paths.base), registry: koffi.load(paths.registry) };
  const bound: GgmlFunctions = bindFunctions(libraries, signatures, cTypes);
  requireMatchingVersion(bound, paths.folder);
  bound.ggml_backend_load_all_from_path(paths.folder);
  return bound;
}

function requireMatchingVersion(ggml: GgmlFunctions, folder: string): void {
  const version = ggml.ggml_version();
  const tensorOverhead = ggml.ggml_tensor_overhead();
  if (version === expected.version && tensorOverhead === expected.tensorOverhead) return;
  throw new TrainerError(
    'ENGINE_MISMATCH',
    `The ggml libraries in ${folder} are version ${version} (tensor size ${tensorOverhead}), ` +
      `the training engine needs ${expected.version} (${expected.tensorOverhead}). ` +
      `Reinstall the application, or run "npm ci".`,
  );
}
