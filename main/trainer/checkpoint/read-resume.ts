import { createHash } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputFileError, openInputFile, readInputFile } from '../../input-files/input-file.ts';
import {
  requireSameRun,
  resumeFiles,
  resumeStateSchema,
  type ResumeState,
  type RunIdentity,
} from './resume-state.ts';
import { resumeFolder, resumeSteps } from './write-resume.ts';

/** Hashes and state are a few kilobytes; what holds more is not ours. */
const maxTextBytes = 64 * 1024 * 1024;

/** The checkpoint to go on from, if any, and why newer ones could not be used. */
export interface ResumePoint {
  state: ResumeState | undefined;
  /** One sentence per damaged checkpoint, newest first. */
  damaged: string[];
}

/**
 * The newest checkpoint whose every file has its hash; damaged ones get another name. Throws
 * RESUME_REFUSED when it belongs to another base model, other samples or another recipe.
 */
export async function findResumePoint(outDir: string, identity: RunIdentity): Promise<ResumePoint> {
  const damaged: string[] = [];
  for (const step of await resumeSteps(outDir)) {
    const folder = resumeFolder(outDir, step);
    const read = await readWhole(folder);
    if ('state' in read) {
      requireSameRun(read.state, identity);
      return { state: read.state, damaged };
    }
    damaged.push(`The checkpoint ${basename(folder)} is damaged: ${read.problem}.`);
    await markDamaged(folder);
  }
  return { state: undefined, damaged };
}

/** Calls `take` with the weight and both moments of each tensor in the order they were written. */
export async function readResumeTensors(
  outDir: string,
  { step, tensors }: ResumeState,
  take: (name: string, values: [Float32Array, Float32Array, Float32Array]) => void,
): Promise<void> {
  await using file = await openInputFile(join(resumeFolder(outDir, step), resumeFiles.tensors));
  const readFloats = async (count: number) => {
    const values = new Float32Array(count);
    let at = 0;
    while (at < values.byteLength) {
      const { bytesRead } = await file.handle.read(new Uint8Array(values.buffer, at));
      if (bytesRead === 0) throw new Error(`${resumeFiles.tensors} of step ${step} is too short`);
      at += bytesRead;
    }
    return values;
  };
  for (const { name, elements } of tensors)
    take(name, [
      await readFloats(elements),
      await readFloats(elements),
      await readFloats(elements),
    ]);
}

async function readWhole(folder: string): Promise<{ state: ResumeState } | { problem: string }> {
  try {
    const hashes = parseHashes(await readText(join(folder, resumeFiles.hashes)));
    for (const name of [resumeFiles.tensors, resumeFiles.state])
      if ((await hashOf(join(folder, name))) !== hashes.get(name))
        return { problem: `${name} does not have the hash it was written with` };
    const text = await readText(join(folder, resumeFiles.state));
    const parsed = resumeStateSchema.safeParse(JSON.parse(text));
    if (!parsed.success) return { problem: `${resumeFiles.state} is not of this version` };
    return { state: parsed.data };
  } catch (error) {
    if (error instanceof InputFileError) return { problem: error.message };
    throw error;
  }
}

async function readText(path: string): Promise<string> {
  return (await readInputFile(path, maxTextBytes)).toString('utf8');
}

/** Hashes by file name; a damaged line gives a name that nobody asks for. */
const parseHashes = (text: string) =>
  new Map(text.split('\n').map((line) => [line.slice(66), line.slice(0, 64)]));

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await using file = await openInputFile(path);
  const chunks: AsyncIterable<Buffer> = file.handle.createReadStream();
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

/** Keeps the files for whoever looks into it, under a name that no run goes on from. */
async function markDamaged(folder: string): Promise<void> {
  await rm(`${folder}.damaged`, { recursive: true, force: true });
  await rename(folder, `${folder}.damaged`);
}
