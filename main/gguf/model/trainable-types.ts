/**
 * Types of weights that ggml 0.25.1 can multiply by, turn into floats and pick rows of; the
 * remaining ones hold intermediate results or whole numbers. In the order of their precision.
 */
export const trainableTypes = [
  'F32',
  'F16',
  'BF16',
  'Q8_0',
  'Q6_K',
  'Q5_K',
  'Q5_1',
  'Q5_0',
  'Q4_K',
  'Q4_1',
  'Q4_0',
  'IQ4_NL',
  'IQ4_XS',
  'NVFP4',
  'MXFP4',
  'Q3_K',
  'IQ3_S',
  'IQ3_XXS',
  'Q2_K',
  'Q2_0',
  'IQ2_S',
  'IQ2_XS',
  'IQ2_XXS',
  'TQ2_0',
  'TQ1_0',
  'IQ1_M',
  'IQ1_S',
  'Q1_0',
] as const;
