import { modelPart } from '../domain/model/model-parts.ts';
import { previewLine } from './foreign-text.ts';

/**
 * The name of a file without its folders and the ending `.gguf`, on any system; of a split model what
 * the names of its parts share.
 */
export function modelFileName(path: string): string {
  const file = path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
  const stem = modelPart(file)?.stem ?? file.replace(/\.gguf$/i, '');
  return stem === '' ? file : stem;
}

/**
 * The long form of a model's name, where one is chosen: what it is called, then what the file's
 * header says of itself, which many files share:
 * `SmolLM2-135M-Instruct.Q4_1 (Smollm2 135M 8k Lc100K Mix1 Ep2, Q4_1)`.
 */
export function longModelName(model: {
  name: string;
  info: { name: string; quantization: string };
}): string {
  const facts = [model.info.name, model.info.quantization].filter(
    (fact) => fact !== '' && !model.name.includes(fact),
  );
  if (facts.length === 0) return model.name;
  return `${model.name} (${facts.map((fact) => previewLine(fact, 60)).join(', ')})`;
}

/** How a checkpoint is called: its run and its epoch. */
export const checkpointName = ({ runName, epoch }: { runName: string; epoch: number }): string =>
  `${runName} · epoch ${epoch}`;

/** The same where one is chosen: that it is picked is said. */
export const offeredCheckpoint = (checkpoint: {
  runName: string;
  epoch: number;
  isPicked: boolean;
}): string => checkpointName(checkpoint) + (checkpoint.isPicked ? ' · picked' : '');

/** Strength of an adapter as a factor: `× 0.75`. */
export const strengthText = (strength: number): string => `× ${Number(strength.toFixed(2))}`;

interface SystemNameFacts {
  strength: number;
  templateSha256?: string | undefined;
  fewShotSha256?: string | undefined;
}

/**
 * How a system is called: its base, with an adapter that and its strength unless it is 1, and with a
 * chat template or examples that a person chose the beginning of their hash.
 */
export function systemName(
  base: string,
  checkpoint: { runName: string; epoch: number } | null,
  { strength, templateSha256, fewShotSha256 }: SystemNameFacts,
): string {
  const template = templateSha256 ? ` · template ${templateSha256.slice(0, 8)}` : '';
  const asked = fewShotSha256 ? `${template} · few-shot ${fewShotSha256.slice(0, 8)}` : template;
  if (checkpoint === null) return base + asked;
  const factor = strength === 1 ? '' : ` ${strengthText(strength)}`;
  return `${base} + ${checkpointName(checkpoint)}${factor}${asked}`;
}
