/** The kinds of models that were trained on one kind of device and compared with exact weights. */
export interface DeviceSupport {
  /** As in a recipe's `device`, without its number: `cpu`, `cuda`, `vulkan`, `metal`. */
  family: string;
  /** The device it was measured on, as its driver calls it. */
  measuredOn: string;
  /** Types of weights by architecture, separated by spaces. */
  types: Readonly<Record<string, string>>;
  /** Why a kind of model did not pass, by `architecture type`; what is in neither was not measured. */
  refused: Readonly<Record<string, string>>;
}

/** Written by main/tools/support/write-support.ts; a test compares it with a run. */
export const trainingSupport: readonly DeviceSupport[] = [
  {
    family: 'cpu',
    measuredOn: 'AMD EPYC',
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
    refused: {},
  },
  {
    family: 'vulkan',
    measuredOn: 'llvmpipe (LLVM 15.0.6, 256 bits)',
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
    refused: {},
  },
];

/** How a kind of model fares on a kind of device. */
export type KindSupport = 'trained' | 'refused' | 'not measured';

/** What was measured of weights of one type in one architecture. */
export function supportOf(
  { types, refused }: DeviceSupport,
  architecture: string,
  type: string,
): KindSupport {
  if (types[architecture]?.split(' ').includes(type)) return 'trained';
  return refused[`${architecture} ${type}`] === undefined ? 'not measured' : 'refused';
}

/** Every architecture and type that some device trains, in the order of the first. */
export function trainedKinds(support: readonly DeviceSupport[]): {
  architectures: string[];
  types: string[];
} {
  const lists = support.flatMap(({ types }) => Object.values(types));
  return {
    architectures: [...new Set(support.flatMap(({ types }) => Object.keys(types)))],
    types: [...new Set(lists.flatMap((names) => names.split(' ')))],
  };
}

/** Kinds of devices that nothing was measured on, and what is done instead. */
export const unmeasuredNote =
  'CUDA and Metal are not measured: no such device was at hand. Before its first run with a kind ' +
  'of model every device is compared with the CPU on a tiny model, and refused when they differ.';
