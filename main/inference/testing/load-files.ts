import { readFileSync, writeSync } from 'node:fs';
import { isMappable } from '../../gguf/check/require-runnable.ts';
import { startLlamaRuntime } from '../model/llama-runtime.ts';
import { checkAdapterFile, checkModelFile } from '../model/checked-gguf.ts';
import { loadModel } from '../model/load-model.ts';

/**
 * Checks every model file of a list and gives those that pass to llama.cpp: to load, tokenize and
 * evaluate a few tokens. Prints a line before each file goes to native code and one with its
 * outcome, so that after a crash the last line names the file.
 * Usage: `node load-files.ts LIST`, with one path a line; a path behind a tab is an adapter's.
 */
const [, , list = ''] = process.argv;
const runtime = await startLlamaRuntime();
const signal = new AbortController().signal;

for (const line of readFileSync(list, 'utf8').split('\n').filter(Boolean)) {
  const [modelPath = '', adapterPath] = line.split('\t');
  const outcome = await use(modelPath, adapterPath).catch(messageOf);
  writeSync(1, `${line}\t${outcome}\n`);
}
process.exit(0);

async function use(modelPath: string, adapterPath: string | undefined): Promise<string> {
  const header = await checkModelFile(modelPath);
  if (adapterPath !== undefined) await checkAdapterFile(adapterPath, header);
  writeSync(1, `${modelPath}\t${adapterPath ?? ''}\tin native code\n`);
  const unmapped = !isMappable(header) && ({ useMmap: false } as const);
  await using model = await loadModel(runtime, modelPath, { loadSignal: signal, ...unmapped });
  const tokens = model.tokenize('Hello, wörld! 🙂\n<|im_start|>', true);
  model.detokenize([...model.iterateAllTokens()].slice(0, 300));
  await using context = await model.createContext({
    contextSize: 32,
    batchSize: 32,
    threads: 1,
    ...(adapterPath && { lora: { adapters: [{ filePath: adapterPath }] } }),
  });
  await context.getSequence().evaluateWithoutGeneratingNewTokens(tokens.slice(0, 8));
  return 'used';
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const isOurs = message.includes('Not a usable GGUF') || message.includes('is incomplete');
  return `${isOurs ? 'refused by us' : 'refused by native code'}: ${message.replaceAll(/\s+/g, ' ')}`;
}
