import { modelPart, mostModelParts } from '../../../shared/domain/model/model-parts.ts';
import { invalidGguf } from './gguf-error.ts';
import { getNumber, getString, type GgufFile, type GgufPart } from './gguf-file.ts';
import type { GgufTensor } from './read-tensors.ts';

/** The header of one file, whole model or part; its values are checked, the model is not yet. */
export type FileHeader = Omit<GgufFile, 'parts'>;

/** What only the parts say, and nothing that is made of the whole: `split.no` counts from 0. */
const splitKeys = ['split.no', 'split.count', 'split.tensors.count'];

const maxTensors = 100_000;

/**
 * Joins the headers of a model's files as they are read, first to last. Every part says which one of
 * how many it is, and how many tensors all have; those but the first hold no other metadata.
 */
export class PartJoiner {
  readonly #parts: GgufPart[] = [];
  readonly #places = new Map<string, string>();
  readonly #tensors: GgufTensor[] = [];
  #first: FileHeader | undefined;

  /** Takes the next file; a `GgufError` when it does not follow those before. */
  add(path: string, header: FileHeader): void {
    this.#requirePlace(path, header);
    this.#first ??= header;
    requireSameModel(this.#first, header);
    const part = this.#parts.length;
    this.#parts.push({ path, sizeBytes: header.fileSizeBytes });
    for (const tensor of header.tensors) {
      const other = this.#places.get(tensor.name);
      if (other !== undefined)
        throw invalidGguf(`the tensor "${tensor.name}" is in it and in ${other}`);
      this.#places.set(tensor.name, path);
      this.#tensors.push({ ...tensor, part });
    }
    if (this.#tensors.length > maxTensors)
      throw invalidGguf(`with it the model has more than ${maxTensors} tensors`);
  }

  /** The model in all of its parts: the metadata of the first, the tensors of all. */
  join(): GgufFile {
    const first = this.#first;
    if (!first) throw new Error('A model has at least one file');
    const metadata = new Map(first.metadata);
    for (const key of splitKeys) metadata.delete(key);
    if (this.#parts.length > 1) this.#requireWhole(first);
    const fileSizeBytes = this.#parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return { ...first, metadata, tensors: this.#tensors, fileSizeBytes, parts: this.#parts };
  }

  /** The name of a file and its header agree on which part it is. */
  #requirePlace(path: string, header: FileHeader): void {
    const count = getNumber(header, 'split.count') ?? 0;
    if (count > mostModelParts)
      throw invalidGguf(`it claims ${count} parts, allowed are ${mostModelParts}`);
    const number = getNumber(header, 'split.no');
    if (count > 1 && number === undefined)
      throw invalidGguf(`it is one of ${count} parts of a model and has no "split.no"`);
    const place = count > 1 ? `part ${(number ?? 0) + 1} of ${count}` : '';
    const named = modelPart(path);
    if (!named && place === '') return;
    if (!named)
      throw invalidGguf(
        `it is ${place} of a model, and its name does not say so; give all parts the names they had: ` +
          `NAME-00001-of-${String(count).padStart(5, '0')}.gguf and so on`,
      );
    const expected = `part ${this.#parts.length + 1} of ${named.count}`;
    if (place === '')
      throw invalidGguf(
        `its name says ${expected} of a model, its header that it is whole; rename it if it is`,
      );
    if (place !== expected)
      throw invalidGguf(
        `its name says ${expected} of a model, its header ${place}; give it the name it had, or ` +
          'download this part again',
      );
  }

  #requireWhole(first: FileHeader): void {
    const kind = getString(first, 'general.type') ?? 'model';
    if (kind !== 'model')
      throw invalidGguf(`it is of the kind "${kind}", which is never in several files`);
    const expected = getNumber(first, 'split.tensors.count');
    if (expected !== this.#tensors.length)
      throw invalidGguf(
        `its ${this.#parts.length} parts hold ${this.#tensors.length} tensors, and its header says ` +
          `${expected ?? 'not how many'}; are all parts of the same model and download?`,
      );
  }
}

/** Parts of another model say another number of tensors, or something else of the model itself. */
function requireSameModel(first: FileHeader, part: FileHeader): void {
  for (const [key, found] of part.metadata) {
    const expected = first.metadata.get(key);
    const isOwn = key === 'split.no' || key === 'general.alignment';
    if (isOwn || !expected || expected.type === 'array' || found.type === 'array') continue;
    if (!Object.is(expected.value, found.value))
      throw invalidGguf(
        `its "${key}" is ${shown(found.value)}, that of the first part ${shown(expected.value)}: they ` +
          'are parts of different models',
      );
  }
}

const shown = (value: string | number | bigint | boolean) =>
  typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : String(value);
