/** The kinds of models that were trained on one kind of device and compared with exact weights. */
export interface DeviceSupport {
  /** As in a recipe's `device`, without its number: `cpu`, `cuda`, `vulkan`, `metal`. */
  family: string;
  /** Types of weights by architecture, separated by spaces. */
  types: Readonly<Record<string, string>>;
}

/** Written by main/trainer/support/write-support.ts; a test compares it with a run. */
export const trainingSupport: readonly DeviceSupport[] = [
  {
    family: 'cpu',
    types: {
      llama:
        'F32 F16 BF16 Q8_0 Q6_K Q5_K Q5_1 Q5_0 Q4_K Q4_1 Q4_0 IQ4_NL IQ4_XS NVFP4 MXFP4 Q3_K IQ3_S IQ3_XXS Q2_K Q2_0 IQ2_S IQ2_XS IQ2_XXS TQ2_0 TQ1_0 IQ1_M IQ1_S Q1_0',
      qwen2:
        'F32 F16 BF16 Q8_0 Q6_K Q5_K Q5_1 Q5_0 Q4_K Q4_1 Q4_0 IQ4_NL IQ4_XS NVFP4 MXFP4 Q3_K IQ3_S IQ3_XXS Q2_K Q2_0 IQ2_S IQ2_XS IQ2_XXS TQ2_0 TQ1_0 IQ1_M IQ1_S Q1_0',
      qwen3:
        'F32 F16 BF16 Q8_0 Q6_K Q5_K Q5_1 Q5_0 Q4_K Q4_1 Q4_0 IQ4_NL IQ4_XS NVFP4 MXFP4 Q3_K IQ3_S IQ3_XXS Q2_K Q2_0 IQ2_S IQ2_XS IQ2_XXS TQ2_0 TQ1_0 IQ1_M IQ1_S Q1_0',
      gemma3:
        'F32 F16 BF16 Q8_0 Q6_K Q5_K Q5_1 Q5_0 Q4_K Q4_1 Q4_0 IQ4_NL IQ4_XS NVFP4 MXFP4 Q3_K IQ3_S IQ3_XXS Q2_K Q2_0 IQ2_S IQ2_XS IQ2_XXS TQ2_0 TQ1_0 IQ1_M IQ1_S Q1_0',
      phi3: 'F32 F16 BF16 Q8_0 Q6_K Q5_K Q5_1 Q5_0 Q4_K Q4_1 Q4_0 IQ4_NL IQ4_XS NVFP4 MXFP4 Q3_K IQ3_S IQ3_XXS Q2_K Q2_0 IQ2_S IQ2_XS IQ2_XXS TQ2_0 TQ1_0 IQ1_M IQ1_S Q1_0',
    },
  },
];
