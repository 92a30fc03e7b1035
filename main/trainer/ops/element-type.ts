/** Ids of the ggml element types that the trainer computes with (`enum ggml_type`, ggml.h). */
export const elementType = { f32: 0, f16: 1, i32: 26, bf16: 30 } as const;
