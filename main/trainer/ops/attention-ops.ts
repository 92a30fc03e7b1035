import {
  type AttentionInputs,
  attentionScratchFloats,
  ownAttention,
  ownAttentionBack,
} from './attention.ts';
import { ProductOps } from './product.ts';
import { requireShapes } from './shapes.ts';
import { elementType, type Tensor } from '../device/tensor.ts';

/** Attention as one operation, where our own kernels compute. */
export class AttentionOps extends ProductOps {
  /** Causal attention, softmax(scale · q·kᵀ)·v → [D · heads, T]; only where there are kernels. */
  attention(inputs: AttentionInputs, scale: number): Tensor {
    const [length, heads, tokens] = inputs.queries.ne;
    const pointer = ownAttention(this.#attentionMaker(inputs), inputs, scale);
    return this.result(pointer, [length * heads, tokens, 1, 1]);
  }

  /** Gradients of queries, keys and values of `attention` for that of its result. */
  attentionBack(inputs: AttentionInputs, gradient: Tensor, scale: number) {
    const [length, heads, tokens] = inputs.queries.ne;
    const keyHeads = inputs.keys.ne[1];
    const byHead = this.reshape(gradient, length, heads, tokens);
    const maker = this.#attentionMaker(inputs);
    const nodes = ownAttentionBack(maker, inputs, { gradient: byHead, scale });
    const queries = this.result(nodes.queries, [nodes.count, 1, 1, 1]);
    const others = this.result(nodes.keysAndValues, [length * keyHeads, tokens, 2, 1]);
    return {
      queries: this.stretch(queries, 0, length, heads, tokens),
      keys: this.stretch(others, 0, length, keyHeads, tokens),
      values: this.stretch(others, length * keyHeads * tokens, length, keyHeads, tokens),
    };
  }

  #attentionMaker({ queries, keys, values, earliestKeys, scratch }: AttentionInputs) {
    const maker = this.kernelMaker;
    if (!maker) throw new RangeError('Attention needs kernels');
    const [length, heads, tokens] = queries.ne;
    const fits = keys.ne[0] === length && keys.ne[2] === tokens && heads % keys.ne[1] === 0;
    const isWhole = length % maker.kernels.lanes === 0 && queries.ne[3] === 1;
    const areGiven = this.areFloats(queries, keys, values, scratch) && this.areTwins(keys, values);
    requireShapes(fits && isWhole && areGiven, 'attention', queries, keys, values);
    const floats = attentionScratchFloats(tokens, length, this.device.threads);
    const areTold = earliestKeys.ne[0] === tokens && earliestKeys.type === elementType.i32;
    requireShapes(areTold && scratch.ne[0] >= floats, 'attention', earliestKeys, scratch);
    return maker;
  }
}
