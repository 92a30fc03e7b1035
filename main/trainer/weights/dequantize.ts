import { tensorTypeName } from '../../gguf/header/tensor-types.ts';
import { toFloatOf } from '../ffi/native-calls.ts';
import type { GgmlFunctions } from '../ffi/symbols.ts';
import { elementType } from '../device/tensor.ts';

/** Turns bytes of one element type into 32-bit floats with ggml's own code. */
export type Dequantize = (source: Uint8Array, target: Float32Array) => void;

/** The dequantization of a type; `target` decides how many elements are read. */
export function dequantizerOf(ggml: GgmlFunctions, type: number): Dequantize {
  if (type === elementType.f32)
    return (source, target) => {
      const { buffer, byteOffset } = target;
      new Uint8Array(buffer, byteOffset, target.byteLength).set(
        source.subarray(0, target.byteLength),
      );
    };
  const toFloat = toFloatOf(ggml.ggml_get_type_traits(type));
  if (!toFloat) throw new Error(`ggml cannot dequantize ${tensorTypeName(type)}`);
  return (source, target) => toFloat(source, target, target.length);
}
