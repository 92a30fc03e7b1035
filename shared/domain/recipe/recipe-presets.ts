import type { RecipeInput } from './recipe.ts';

/** A recipe by name; what it leaves out is the schema's default. */
export interface RecipePreset {
  name: string;
  /** What it is for, in a few words. */
  summary: string;
  description: string;
  recipe: RecipeInput;
}

/**
 * Share that LIMA's recipes hold out: 50 of a thousand samples. LIMA wrote its 50 dev samples in
 * addition to the thousand; a share keeps the proportion in a dataset of any size, where a fixed
 * 50 could be most of it. Other presets hold nothing out: they are for a look, not for a choice
 * between checkpoints.
 */
const limaDevShare = 0.05;

/** The recipes that come with the application. */
export const recipePresets: readonly RecipePreset[] = [
  {
    name: 'lima',
    summary: 'As published: every weight, 15 epochs',
    description:
      'LIMA as published (arXiv 2305.11206, section 3): every weight, 15 epochs, batches of 32, AdamW 0.9/0.95, weight decay 0.1, no warm-up, 1e-5 falling linearly to 1e-6, residual dropout up to 0.3, one checkpoint per epoch, a twentieth of the samples held out for the dev loss. For models below 65B the paper takes batches of 64 and dropout up to 0.2.',
    recipe: {
      method: 'full',
      epochs: 15,
      batchSize: 32,
      learningRate: 1e-5,
      minLearningRate: 1e-6,
      schedule: 'linear',
      warmupSteps: 0,
      maxTokens: 2048,
      overlong: 'truncate',
      weightDecay: 0.1,
      beta1: 0.9,
      beta2: 0.95,
      residualDropout: 0.3,
      lossOn: 'answers',
      devShare: limaDevShare,
    },
  },
  {
    name: 'lima-lora',
    summary: 'LIMA carried over to a LoRA adapter, 15 epochs',
    description:
      'LIMA (arXiv 2305.11206, section 3) carried over to LoRA as the evidence asks for (LoRA Without Regret, 2025): adapters on all linear layers, alpha 32, ten times the learning rate, batches below 32. The rest as published.',
    recipe: {
      method: 'lora',
      targets: 'all',
      rank: 16,
      alpha: 32,
      epochs: 15,
      batchSize: 16,
      learningRate: 0.0001,
      minLearningRate: 1e-5,
      schedule: 'linear',
      warmupSteps: 0,
      maxTokens: 2048,
      overlong: 'truncate',
      weightDecay: 0.1,
      beta1: 0.9,
      beta2: 0.95,
      residualDropout: 0.3,
      lossOn: 'answers',
      devShare: limaDevShare,
    },
  },
  {
    name: 'quick',
    summary: 'A first look: a small LoRA adapter, 3 epochs',
    description:
      'A first look in a few minutes: 3 epochs of short samples with a small adapter. Not for results.',
    recipe: {
      method: 'lora',
      rank: 8,
      alpha: 16,
      epochs: 3,
      batchSize: 8,
      learningRate: 0.0002,
      minLearningRate: 2e-5,
      schedule: 'linear',
      maxTokens: 512,
    },
  },
  {
    name: 'atlas',
    summary: 'For the sample project: a small LoRA adapter',
    description:
      'For the sample project: a small adapter on the attention layers and a high learning rate teach Atlas, a model of three million parameters, to answer questions in about a minute.',
    recipe: {
      method: 'lora',
      targets: 'attention',
      rank: 8,
      alpha: 16,
      epochs: 15,
      batchSize: 20,
      microBatchSize: 20,
      learningRate: 3e-3,
      minLearningRate: 0,
      schedule: 'linear',
      maxTokens: 64,
      weightDecay: 0,
    },
  },
];
