import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeTinyModel } from '../../../gguf/tiny/tiny-model.ts';
import { quantizeModel } from '../../../trainer/weights/quantize-model.ts';

/** The job that both trainers do: LoRA of this rank on all seven linear layers of every block. */
export interface PeerJob {
  modelPath: string;
  /** Plain text; every token of it is trained. */
  textPath: string;
  rank: number;
  tokensPerStep: number;
  /** Steps that are timed, after one that is not. */
  steps: number;
  threads: number;
}

/** Element types of the weights that the two are compared on. */
export const peerTypes = ['F32', 'BF16'] as const;

/** A tensor type that both trainers are given. */
export type PeerType = (typeof peerTypes)[number];

/** The peer trains neither llama nor K-quants, but it does train this: 25M parameters. */
const shape = {
  name: 'peer',
  architecture: 'qwen3',
  embeddingLength: 512,
  layers: 8,
  heads: 8,
  kvHeads: 4,
  feedForwardLength: 1536,
} as const;
const tokensPerStep = 320;
const steps = 3;

/** What the lines of a report call the job. */
export const describePeerJob = (type: PeerType) =>
  `qwen3 shape of 25M parameters in ${type}, LoRA 16 on all linear layers, ` +
  `${tokensPerStep} tokens a step, all trained`;

/** Writes model and text of the job into a folder. */
export async function writePeerJob(
  folder: string,
  type: PeerType,
  threads: number,
): Promise<PeerJob> {
  const exactPath = join(folder, 'qwen3-25m-F32.gguf');
  const modelPath = join(folder, `qwen3-25m-${type}.gguf`);
  const textPath = join(folder, 'text.txt');
  await writeTinyModel(exactPath, shape);
  if (type !== 'F32') await quantizeModel(exactPath, modelPath, () => type);
  // A window starts every half step, and a token has at most a few characters.
  await writeFile(textPath, statements(tokensPerStep * (steps + 3) * 2));
  return { modelPath, textPath, rank: 16, tokensPerStep, steps, threads };
}

/** Sentences that all differ, of at least `characters` characters. */
function statements(characters: number): string {
  let text = '';
  for (let index = 1; text.length < characters; index++)
    text += `Stone ${index} weighs ${(index * 7919) % 997} grams and lies in box ${index % 31}.\n`;
  return text;
}
