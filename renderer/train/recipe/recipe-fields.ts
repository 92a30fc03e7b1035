import { recipeSchema, type Recipe } from '../../../shared/domain/recipe/recipe.ts';
import { settingFields, templateSummary } from '../../../shared/domain/recipe/setting-fields.ts';

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
  /** Text of many lines, of which every space counts. */
  isLong: boolean;
  /** Allowed words; empty for numbers and free text. */
  choices: readonly string[];
  /** What a choice is called, where its word in the schema says too little. */
  words: Readonly<Record<string, string>>;
  /** The method that reads the field; the other one ignores it. */
  onlyFor: string | undefined;
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
  isLong?: boolean;
}

/** Where a field stands. Typed by the recipe: a new field cannot be forgotten here. */
const placements: Record<RecipeKey, Placement> = {
  method: {
    label: 'Method',
    group: 'What is trained',
    words: { lora: 'LoRA adapter', full: 'every weight (full)' },
  },
  rank: { label: 'Rank', group: 'What is trained' },
  alpha: { label: 'Alpha', group: 'What is trained' },
  initialization: {
    label: 'Start from',
    group: 'What is trained',
    isAdvanced: true,
    words: { file: 'weights of the file', random: 'random weights' },
  },
  loraScaling: {
    label: 'Scaling',
    group: 'What is trained',
    isAdvanced: true,
    words: { standard: 'standard: alpha / rank', rankStable: 'rank-stable: alpha / √rank' },
  },
  targets: { label: 'Layers', group: 'What is trained', isAdvanced: true },
  fromAdapter: {
    label: 'Go on from',
    group: 'What is trained',
    isAdvanced: true,
    words: { '': 'a new adapter' },
  },
  loraDropout: {
    label: 'LoRA dropout',
    group: 'What is trained',
    isAdvanced: true,
    zero: 'none',
  },
  outputType: {
    label: 'Model file type',
    group: 'What is trained',
    isAdvanced: true,
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
  maxSteps: {
    label: 'Most steps',
    group: 'Batches & length',
    isAdvanced: true,
    showsUnit: true,
    zero: 'as the epochs have',
  },
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
  chatTemplate: { label: 'Chat template', group: 'Loss', isAdvanced: true, isLong: true },
  droppedThinking: {
    label: 'Dropped thinking',
    group: 'Loss',
    isAdvanced: true,
    words: {
      perAnswer: 'one sample per answer',
      mask: 'mask those answers',
      train: 'train without it',
    },
  },
};

/** Every field of the recipe in the order of the schema. */
export const recipeFields: readonly RecipeField[] = readFields();

function readFields(): RecipeField[] {
  const byName = new Map(settingFields(recipeSchema).map((field) => [field.name, field]));
  return recipeSchema.keyof().options.map((key) => {
    const { showsUnit = false, isAdvanced = false, ...placement } = placements[key];
    const field = byName.get(key);
    if (!field) throw new RangeError(`The recipe has no field ${key}`);
    const { unit, description, source, onlyFor, fallback, isNumber, choices } = field;
    return {
      key,
      label: placement.label,
      group: placement.group,
      isAdvanced,
      zero: placement.zero,
      words: placement.words ?? {},
      isLong: placement.isLong ?? false,
      onlyFor,
      unit: showsUnit ? unit : undefined,
      hint: `${capitalized(description)} · ${source}`,
      fallback,
      isNumber,
      choices,
    };
  });
}

/** The fields under one heading. */
export function fieldsOfGroup(group: RecipeGroup, isAdvanced: boolean): RecipeField[] {
  return recipeFields.filter((field) => field.group === group && field.isAdvanced === isAdvanced);
}

/** False for a field that the chosen method ignores. */
export function isRead({ onlyFor }: RecipeField, method: string): boolean {
  return onlyFor === undefined || onlyFor === method;
}

/** What a field says by a text, in the words of the form. */
export function choiceText({ words, isLong }: RecipeField, text: string): string {
  return isLong ? templateSummary(text) : (words[text] ?? text);
}

/** What counts of the text of a field: white space around a number or a word does not. */
export const readText = ({ isLong }: RecipeField, text: string): string =>
  isLong && text.trim() !== '' ? text : text.trim();

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
