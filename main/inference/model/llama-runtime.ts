import { availableParallelism } from 'node:os';
import { getLlama, getModuleVersion, type Llama, LlamaLogLevel } from 'node-llama-cpp';

/** llama.cpp on the best device of this machine; started once per inference process. */
export interface LlamaRuntime {
  llama: Llama;
  /** Library versions, part of every answer's identity. */
  engine: string;
  /** Name of the GPU, or CPU. */
  device: string;
  /** Calls `load`; when it fails, native log lines tell why and are handed over. */
  explain<Value>(
    load: () => Promise<Value>,
    toError: (reason: string, error: unknown) => Error,
  ): Promise<Value>;
}

const keptLogLines = 6;

/**
 * Loads the prebuilt library; never downloads or compiles. Logs go to stderr only.
 * `LIMA_INFERENCE_DEVICE=cpu` keeps a GPU with a broken driver out.
 */
export async function startLlamaRuntime(): Promise<LlamaRuntime> {
  const problems: string[] = [];
  const llama = await getLlama({
    gpu: process.env['LIMA_INFERENCE_DEVICE'] === 'cpu' ? false : 'auto',
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    logger: (level, message) => {
      if (level === LlamaLogLevel.error || level === LlamaLogLevel.fatal)
        problems.push(message.trim());
      process.stderr.write(`[${level}] ${message.trim()}\n`);
    },
  });
  // The library takes at least four threads, which is slower on a machine with two cores.
  if (llama.gpu === false) llama.maxThreads = Math.min(llama.cpuMathCores, threadLimit());
  const version = await getModuleVersion();
  return {
    llama,
    engine: `node-llama-cpp ${version}, llama.cpp ${llama.llamaCppRelease.release}`,
    device: await deviceName(llama),
    async explain(load, toError) {
      problems.length = 0;
      try {
        return await load();
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const reasons = [message, ...problems.slice(-keptLogLines)];
        throw toError([...new Set(reasons)].join('; '), error);
      }
    },
  };
}

async function deviceName(llama: Llama): Promise<string> {
  if (llama.gpu === false) return 'CPU';
  const names = await llama.getGpuDeviceNames();
  return `${names.join(' + ') || 'GPU'} (${llama.gpu})`;
}

/** Threads this process may use: LIMA_INFERENCE_THREADS where it shares the machine, else all. */
function threadLimit(): number {
  const given = Number(process.env['LIMA_INFERENCE_THREADS']);
  return Number.isSafeInteger(given) && given > 0 ? given : availableParallelism();
}
