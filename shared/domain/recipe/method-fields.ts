import { z } from 'zod';
import { parseTargets, targetWords } from './lora-targets.ts';
import { about, only } from './setting-fields.ts';

/** The fields of a recipe that say what a LoRA adapter is. */
export const loraFields = {
  rank: z
    .number()
    .int()
    .min(1)
    .max(512)
    .default(16)
    .meta(only('lora', about('LoRA rank r', 'Hu et al. 2021, arXiv 2106.09685', 'dimensions'))),
  alpha: z
    .number()
    .positive()
    .max(4096)
    .default(32)
    .meta(
      only(
        'lora',
        about('LoRA alpha; the branch is scaled by alpha / rank', 'LoRA Without Regret: 32'),
      ),
    ),
  loraScaling: z
    .enum(['standard', 'rankStable'])
    .default('standard')
    .meta(
      only(
        'lora',
        about(
          'scale of the branch: alpha / rank, or rankStable: alpha / √rank',
          'rsLoRA, arXiv 2312.03732',
        ),
      ),
    ),
  targets: z
    .string()
    .max(200)
    .refine((text) => parseTargets(text) !== undefined, {
      error: `targets names layers or groups, separated by commas: ${targetWords.join(', ')}`,
    })
    .default('all')
    .meta(
      only(
        'lora',
        about(
          'layers with a LoRA branch: all, attention, mlp, or layers joined by commas',
          'LoRA Without Regret: all',
          'layers',
        ),
      ),
    ),
  fromAdapter: z
    .string()
    .regex(/^([0-9a-f]{64})?$/, {
      error: 'fromAdapter is the SHA-256 of an adapter: 64 digits from 0 to f, or nothing',
    })
    .default('')
    .meta(
      only(
        'lora',
        about(
          'SHA-256 of the adapter that training goes on from, a checkpoint of the project or a file; empty: a new one',
          'adapter_name_or_path of LLaMA-Factory, lora_model_dir of Axolotl; LIMA: none',
        ),
      ),
    ),
  loraDropout: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .meta(
      only(
        'lora',
        about(
          'share of the inputs of each branch that is dropped in training, while the others grow by as much; 0: none',
          'lora_dropout of PEFT; QLoRA, arXiv 2305.14314: 0.1, and 0.05 for large models',
          'probability',
        ),
      ),
    ),
};

/** The fields of a recipe that the optimizer reads, beside the learning rate. */
export const adamwFields = {
  weightDecay: z
    .number()
    .min(0)
    .max(10)
    .default(0.1)
    .meta(
      about(
        'AdamW weight decay, on matrices only',
        'LIMA, section 3: 0.1',
        'per step and learning rate',
      ),
    ),
  beta1: z.number().min(0).lt(1).default(0.9).meta(about('AdamW beta 1', 'LIMA, section 3: 0.9')),
  beta2: z.number().min(0).lt(1).default(0.95).meta(about('AdamW beta 2', 'LIMA, section 3: 0.95')),
  epsilon: z
    .number()
    .positive()
    .max(1)
    .default(1e-8)
    .meta(about('AdamW epsilon', 'AdamW, arXiv 1711.05101; LIMA does not say')),
  maxGradNorm: z
    .number()
    .min(0)
    .max(1000)
    .default(1)
    .meta(
      about(
        'gradients are scaled down to this norm; 0 switches it off',
        'Llama 2, arXiv 2307.09288: 1; LIMA does not say',
        'norm of the mean gradient',
      ),
    ),
};
