/** A model may lie in several files, named as `llama-gguf-split` names them. */
const partName = /^(.+)-(\d{5})-of-(\d{5})\.gguf$/s;

/** More than any real model has; each part is looked at before anything is read. */
export const mostModelParts = 1000;

/** Which part of a model a file is, by its name. */
export interface ModelPart {
  /** What the names of all parts begin with, folders included. */
  stem: string;
  /** From 1 on. */
  number: number;
  count: number;
}

/** What the name of a file says: which part of how many it is; `undefined` for a file of its own. */
export function modelPart(path: string): ModelPart | undefined {
  const [, stem, number, count] = partName.exec(path) ?? [];
  if (stem === undefined) return undefined;
  const part = { stem, number: Number(number), count: Number(count) };
  const isPart = part.count > 1 && part.count <= mostModelParts;
  return isPart && part.number >= 1 && part.number <= part.count ? part : undefined;
}

const digits = (number: number) => String(number).padStart(5, '0');

/** The files of the model that a path leads to, in order: itself alone, or all parts of its name. */
export function modelPartPaths(path: string): string[] {
  const part = modelPart(path);
  if (!part) return [path];
  const ending = `-of-${digits(part.count)}.gguf`;
  return Array.from(
    { length: part.count },
    (_, index) => `${part.stem}-${digits(index + 1)}${ending}`,
  );
}

/** The path that stands for a model: that of its first part, whichever was named. */
export const modelPath = (path: string): string => modelPartPaths(path)[0] ?? path;
