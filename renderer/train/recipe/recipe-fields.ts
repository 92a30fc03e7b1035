import { z } from 'zod';
import { recipeSchema, type Recipe } from '../../../shared/domain/recipe.ts';

/** Name of a recipe field. */
export type RecipeKey = keyof Recipe;

/** Headings the fields are sorted under. */
export const recipeGroups = ['What is trained', 'Optimizer', 'Batches & length', 'Loss'] as const;
/** One of the headings. */
export type RecipeGroup = (typeof recipeGroups)[number];

/** One field of the form, read from the recipe schema. */
export interface RecipeField {
  key: RecipeKey;
  label: string;
  group: RecipeGroup;
  /** Shown only when the advanced settings are open. */
  isAdvanced: boolean;
  /** The schema's unit where the form shows it: for what the label does not say already. */
  unit: string | undefined;
  /** What a 0 stands for where it is no amount, as in “automatic”. */
  zero: string | undefined;
  /** The schema's own description and source, which names LIMA's value where there is one. */
  hint: string;
  /** The schema's default as text. */
  fallback: string;
  isNumber: boolean;
  /** Allowed words; empty for numbers and free text. */
  choices: readonly string[];
  /** What a choice is called, where its word in the schema says too little. */
  words: Readonly<Record<string, string>>;
  /** The method that reads the field; the other one ignores it. */
  onlyFor: Recipe['method'] | undefined;
}

interface Placement {
  label: string;
  group: RecipeGroup;
  isAdvanced?: boolean;
  /** The unit tells what is counted, as in “32 samples”. */
  showsUnit?: boolean;
  /** What a 0 stands for where it is no amount. */
  zero?: string;
  words?: Readonly<Record<string, string>>;
  onlyFor?: Recipe['method'];
}

/** Where a field stands. Typed by the recipe: a new field cannot be forgotten here. */
const placements: Record<RecipeKey, Placement> = {
  method: {
    label: 'Method',
    group: 'What is trained',
    words: { lora: 'LoRA adapter', full: 'every weight (full)' },
  },
  rank: { label: 'Rank', group: 'What is trained', onlyFor: 'lora' },
  alpha: { label: 'Alpha', group: 'What is trained', onlyFor: 'lora' },
  initialization: {
    label: 'Start from',
    group: 'What is trained',
    isAdvanced: true,
    onlyFor: 'full',
    words: { file: 'weights of the file', random: 'random weights' },
  },
  loraScaling: {
    label: 'Scaling',
    group: 'What is trained',
    isAdvanced: true,
    onlyFor: 'lora',
    words: { standard: 'standard: alpha / rank', rankStable: 'rank-stable: alpha / √rank' },
  },
  targets: { label: 'Layers', group: 'What is trained', isAdvanced: true, onlyFor: 'lora' },
  outputType: {
    label: 'Model file type',
    group: 'What is trained',
    isAdvanced: true,
    onlyFor: 'full',
  },
  precision: { label: 'Products in', group: 'Batches & length', isAdvanced: true },
  learningRate: { label: 'Learning rate', group: 'Optimizer' },
  minLearningRate: { label: 'Final rate', group: 'Optimizer' },
  schedule: { label: 'Schedule', group: 'Optimizer' },
  warmupSteps: {
    label: 'Warm-up',
    group: 'Optimizer',
    isAdvanced: true,
    showsUnit: true,
    zero: 'none',
  },
  weightDecay: { label: 'Weight decay', group: 'Optimizer', isAdvanced: true },
  beta1: { label: 'Beta 1', group: 'Optimizer', isAdvanced: true },
  beta2: { label: 'Beta 2', group: 'Optimizer', isAdvanced: true },
  epsilon: { label: 'Epsilon', group: 'Optimizer', isAdvanced: true },
  maxGradNorm: { label: 'Gradient clipping', group: 'Optimizer', isAdvanced: true, zero: 'off' },
  epochs: { label: 'Epochs', group: 'Batches & length' },
  batchSize: { label: 'Batch size', group: 'Batches & length', showsUnit: true },
  maxTokens: { label: 'Longest sample', group: 'Batches & length', showsUnit: true },
  overlong: { label: 'Longer samples', group: 'Batches & length' },
  devShare: { label: 'Held out', group: 'Loss', showsUnit: true, zero: 'none' },
  microBatchSize: {
    label: 'Micro-batch',
    group: 'Batches & length',
    isAdvanced: true,
    showsUnit: true,
    zero: 'packed',
  },
  seed: { label: 'Seed', group: 'Batches & length', isAdvanced: true },
  threads: {
    label: 'CPU threads',
    group: 'Batches & length',
    isAdvanced: true,
    zero: 'automatic',
  },
  checkpointEverySteps: {
    label: 'Checkpoint every',
    group: 'Batches & length',
    isAdvanced: true,
    showsUnit: true,
    zero: 'epoch and minute',
  },
  device: { label: 'Device', group: 'Batches & length', isAdvanced: true },
  lossWeighting: { label: 'Weight', group: 'Loss', isAdvanced: true },
  residualDropout: {
    label: 'Residual dropout',
    group: 'Optimizer',
    isAdvanced: true,
    zero: 'none',
  },
  neftuneAlpha: { label: 'NEFTune alpha', group: 'Optimizer', isAdvanced: true, zero: 'none' },
  lossOn: { label: 'Loss on', group: 'Loss' },
};

/** Every field of the recipe in the order of the schema. */
export const recipeFields: readonly RecipeField[] = readFields();

function readFields(): RecipeField[] {
  const { properties = {} } = z.toJSONSchema(recipeSchema, { io: 'input' });
  return recipeSchema.keyof().options.map((key) => {
    const property = properties[key];
    const facts = typeof property === 'object' ? property : {};
    const { showsUnit = false, isAdvanced = false, ...placement } = placements[key];
    const { unit, source } = factsOf(key);
    return {
      key,
      label: placement.label,
      group: placement.group,
      isAdvanced,
      zero: placement.zero,
      words: placement.words ?? {},
      onlyFor: placement.onlyFor,
      unit: showsUnit ? unit : undefined,
      hint: `${capitalized(facts.description ?? '')} · ${source}`,
      fallback: textOf(facts.default),
      isNumber: facts.type === 'number' || facts.type === 'integer',
      choices: (facts.enum ?? []).map(String),
    };
  });
}

function factsOf(key: RecipeKey): { unit: string; source: string } {
  const { unit, source } = recipeSchema.shape[key].meta() ?? {};
  return { unit: wordsOf(unit), source: wordsOf(source) };
}

/** Small numbers as they are written in papers: `1e-4` instead of `0.0001`. */
export function numberText(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value);
}

function textOf(value: unknown): string {
  return typeof value === 'number' ? numberText(value) : String(value);
}

/** The fields under one heading. */
export function fieldsOfGroup(group: RecipeGroup, isAdvanced: boolean): RecipeField[] {
  return recipeFields.filter((field) => field.group === group && field.isAdvanced === isAdvanced);
}

/** False for a field that the chosen method ignores. */
export function isRead({ onlyFor }: RecipeField, method: string): boolean {
  return onlyFor === undefined || onlyFor === method;
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
