/**
 * Types of weights that ggml 0.25.1 can multiply by, turn into floats and pick rows of; the
 * remaining ones hold intermediate results or whole numbers. In the order of their precision.
 */
export const trainableTypes = [
  'F32',
  'F16',
  'BF16',
  'Q8_0',
  'Q5_1',
  'Q5_0',
  'Q4_1',
  'Q4_0',
  'Q6_K',
  'Q5_K',
  'Q4_K',
  'Q3_K',
  'Q2_K',
] as const;
