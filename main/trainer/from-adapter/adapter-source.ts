import { targetsText, type AdapterFacts } from '../../../shared/domain/runs/adapter-facts.ts';
import { loraTargets, type LoraTarget } from '../../../shared/domain/recipe/lora-targets.ts';
import { mostTemplateCharacters } from '../../../shared/domain/recipe/recipe.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';
import { chatTemplateKey } from '../../gguf/model/chat-template.ts';
import { getString, type GgufFile } from '../../gguf/header/gguf-file.ts';

/** An adapter in whatever form it came, by the names and extents that GGUF has for its tensors. */
export interface AdapterSource extends AsyncDisposable {
  path: string;
  /** Factor of B · A for a rank. */
  scaleOf: (rank: number) => number;
  /** Hash of the base that it says it was trained on. */
  baseSha256: string | null;
  /** The chat template that it says it was trained with. */
  chatTemplate: string | undefined;
  tensors: ReadonlyMap<string, SourceTensor>;
}

/** One factor, of 32-bit floats once it is read. */
export interface SourceTensor {
  /** `lora_a` is [in, rank], `lora_b` [rank, out]. */
  ne: readonly number[];
  read: () => Promise<Float32Array>;
}

/** Largest rank and alpha of a recipe. */
const largest = { rank: 512, alpha: 4096 };

/** Why a run cannot start from an adapter, as ADAPTER_UNREADABLE. */
export const unusable = (path: string, reason: string): TrainerError =>
  new TrainerError('ADAPTER_UNREADABLE', `No run can start from ${path}: ${reason}`, {
    path,
    reason,
  });

/**
 * What a source is, checked against the base before any of it is read: the same rank everywhere,
 * and all layers of a kind, since that is what a run trains. Throws ADAPTER_UNREADABLE.
 */
export function describeSource(
  source: AdapterSource,
  base: GgufFile,
): Omit<AdapterFacts, 'sha256' | 'adapterBaseSha256'> {
  const { path, tensors } = source;
  const weights = new Map(base.tensors.map(({ name, ne }) => [name, ne]));
  const ranks = new Map<number, string>();
  const layers = new Set<LoraTarget>();
  for (const [name, { ne }] of tensors) {
    const { weight, kind, side } = placeOf(path, name);
    const [inputs, outputs] = weights.get(weight) ?? [];
    if (inputs === undefined || outputs === undefined)
      throw unusable(path, `it changes ${weight}, and the base has no such weight.`);
    const [first, second] = ne;
    const [length, rank] = side === 'a' ? [first, second] : [second, first];
    if (ne.length !== 2 || length !== (side === 'a' ? inputs : outputs) || rank === undefined)
      throw unusable(
        path,
        `its tensor ${name} is ${ne.join(' x ')}, and ${weight} of the base is ${inputs} x ${outputs}. It was trained on another model.`,
      );
    if (!tensors.has(`${weight}.lora_${side === 'a' ? 'b' : 'a'}`))
      throw unusable(path, `it has ${name} and not the other factor of ${weight}.`);
    ranks.set(rank, name);
    layers.add(kind);
  }
  requireWholeKinds(source, layers, [...weights.keys()]);
  const untrained = loraTargets.filter(
    (kind) => !layers.has(kind) && weights.has(`blk.0.${kind}.weight`),
  );
  const targets = targetsText(layers, untrained);
  const chatTemplate = templateOf(source, base);
  return { ...sizeOf(source, ranks), targets, layers: [...layers], untrained, chatTemplate };
}

function templateOf({ path, chatTemplate = '' }: AdapterSource, base: GgufFile): string {
  if (chatTemplate === getString(base, chatTemplateKey)) return '';
  if (chatTemplate.length <= mostTemplateCharacters) return chatTemplate;
  throw unusable(
    path,
    `its chat template has ${chatTemplate.length} characters, at most ${mostTemplateCharacters} are read.`,
  );
}

function placeOf(path: string, name: string) {
  const [, weight, word, side] = /^(blk\.\d+\.(\w+)\.weight)\.lora_([ab])$/.exec(name) ?? [];
  const kind = loraTargets.find((one) => one === word);
  if (weight === undefined || kind === undefined || side === undefined)
    throw unusable(path, `it has ${name}, and a run trains linear layers of blocks alone.`);
  return { weight, kind, side };
}

function requireWholeKinds(
  { path, tensors }: AdapterSource,
  layers: ReadonlySet<LoraTarget>,
  weights: readonly string[],
): void {
  if (layers.size === 0) throw unusable(path, 'it has no factors of LoRA.');
  const isOfAdapter = (name: string) => {
    const word = /^blk\.\d+\.(\w+)\.weight$/.exec(name)?.[1];
    return loraTargets.some((one) => one === word && layers.has(one));
  };
  const lacking = weights.find((name) => isOfAdapter(name) && !tensors.has(`${name}.lora_a`));
  if (lacking !== undefined)
    throw unusable(
      path,
      `it has no factors of ${lacking}, and some of the same layer in other blocks. A run trains a layer in every block.`,
    );
}

function sizeOf({ path, scaleOf }: AdapterSource, ranks: ReadonlyMap<number, string>) {
  const [[rank, name] = [0, ''], other] = ranks;
  if (other)
    throw unusable(
      path,
      `its ranks differ: ${rank} in ${name}, ${other[0]} in ${other[1]}. A run has one.`,
    );
  const alpha = Number((scaleOf(rank) * rank).toPrecision(8));
  if (rank < 1 || rank > largest.rank || !(alpha > 0) || alpha > largest.alpha)
    throw unusable(
      path,
      `its rank is ${rank} and its alpha ${alpha}; a recipe takes ranks from 1 to ${largest.rank} and alphas above 0 up to ${largest.alpha}.`,
    );
  return { rank, alpha };
}
