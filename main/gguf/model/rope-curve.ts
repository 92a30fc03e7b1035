import type { OwnMetadata } from './own-metadata.ts';
import { unsupported } from './trainable.ts';

/** How fast rope turns: the arguments of `ggml_rope_ext` that do not depend on the tokens. */
export interface RopeCurve {
  /** Elements of a head that turn, from the first on. */
  dimensions: number;
  pairs: 'neighbours' | 'halves';
  freqBase: number;
  /** Positions are multiplied by this: 1 / factor of rope scaling. */
  freqScale: number;
  /** Tokens the model was trained on before its context was stretched. */
  originalContextLength: number;
  /** 1 for YaRN (Peng et al. 2023, arXiv:2309.00071), which scales slow turns only; else 0. */
  yarnMix: number;
  /** Rotated vectors are multiplied by this. */
  magnitude: number;
}

const scalings = ['none', 'linear', 'yarn', 'longrope'];

/** Reads the rope of a model, as llama-model.cpp and llama-context.cpp of llama.cpp v0.4.0 do. */
export function readRopeCurve(
  own: OwnMetadata,
  { headLength, pairs }: { headLength: number; pairs: RopeCurve['pairs'] },
): RopeCurve {
  const scaling = own.string('rope.scaling.type') ?? 'linear';
  if (!scalings.includes(scaling))
    throw unsupported(`Its rope scaling is "${scaling}"; supported: ${scalings.join(', ')}.`);
  const factor = own.number('rope.scaling.factor') ?? own.number('rope.scale_linear') ?? 0;
  const stretch = factor === 0 || scaling === 'none' ? 1 : factor;
  return {
    pairs,
    dimensions: own.number('rope.dimension_count') ?? headLength,
    freqBase: own.number('rope.freq_base') ?? 10_000,
    freqScale: 1 / stretch,
    originalContextLength:
      own.number('rope.scaling.original_context_length') ?? own.need('context_length'),
    yarnMix: scaling === 'yarn' ? 1 : 0,
    magnitude:
      (own.number('rope.scaling.attn_factor') ?? 1) *
      (scaling === 'yarn' ? yarnMagnitude(stretch) : 1),
  };
}

/** ggml multiplies by 1 + ln(stretch) / 10 itself, even where the formula of YaRN says 1. */
const yarnMagnitude = (stretch: number): number =>
  stretch <= 1 ? 1 / (1 + 0.1 * Math.log(stretch)) : 1;
