import type { OwnMetadata } from './own-metadata.ts';
import type { RopeCurve } from './rope-curve.ts';

/** Sliding-window layers, whose tokens look back over a window only, and what they do differently. */
export interface SlidingLayers {
  /** Tokens that a query sees, itself included. */
  window: number;
  /** Per layer. */
  isSliding: readonly boolean[];
  rope: RopeCurve;
}

/** Gemma 3: five sliding layers, then one of global attention. */
const defaultPattern = 6;

/**
 * Reads the sliding-window layers of a model (llama_model_base::load_swa_pattern of llama.cpp v0.5.0);
 * undefined when the file has no window.
 */
export function readSlidingLayers(
  own: OwnMetadata,
  { layers, rope }: { layers: number; rope: RopeCurve },
): SlidingLayers | undefined {
  const window = own.number('attention.sliding_window') ?? 0;
  if (window === 0) return undefined;
  const key = 'attention.sliding_window_pattern';
  const listed = own.list(key);
  const pattern = listed ? 0 : (own.number(key) ?? defaultPattern);
  return {
    window,
    isSliding: Array.from({ length: layers }, (_, layer) =>
      listed ? listed[layer] === 1 : pattern === 0 || layer % pattern < pattern - 1,
    ),
    // Rope scaling stretches the layers of global attention, and no others.
    rope: { ...rope, freqBase: own.number('rope.freq_base_swa') ?? 10_000, freqScale: 1 },
  };
}
