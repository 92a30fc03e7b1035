import { z } from 'zod';
import { reportBasisSchema } from '../report/evaluation-report.ts';
import { jobStateSchema } from '../job.ts';
import { recipeSchema, type Recipe } from '../recipe/recipe.ts';
import type { Run } from '../run.ts';
import { settingFields, settingText, templateSummary } from '../recipe/setting-fields.ts';

/** Fewest and most runs of one comparison: as many as colours that can be told apart. */
export const [fewestCompared, mostCompared] = [2, 6] as const;

/** The forms a comparison is exported in. */
export const comparisonFormats = ['csv', 'curves-csv', 'json'] as const;
/** A form of an exported comparison. */
export type ComparisonFormat = (typeof comparisonFormats)[number];

/** A place of a curve; tokens are null where nobody counted those of the dataset. */
const place = z.object({
  step: z.number(),
  epoch: z.number(),
  tokens: z.number().nullable(),
  /** Null where no step was measured yet, as of a dev loss before the first one. */
  elapsedMs: z.number().nullable(),
  loss: z.number(),
});
/** A loss by step, by tokens of training and by time. */
export type CurvePoint = z.infer<typeof place>;

/** What a revealed evaluation said of a run's checkpoint, from its point of view. */
const outcomeSchema = z.object({
  evaluationId: z.string(),
  name: z.string(),
  epoch: z.number(),
  /** The other system. */
  against: z.string(),
  /** Whose verdicts count. */
  basis: reportBasisSchema,
  wins: z.number().int(),
  ties: z.number().int(),
  losses: z.number().int(),
  /** Answers that contain the expected one, of those where one is expected. */
  correct: z.number().int(),
  expected: z.number().int(),
});

const comparedRunSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: jobStateSchema,
  modelName: z.string(),
  datasetName: z.string(),
  steps: z.number().int(),
  totalSteps: z.number().int(),
  /** Mean losses of the newest finished epoch and of the one where it is lowest. */
  lastLoss: z.number().nullable(),
  bestLoss: z.number().nullable(),
  lastDevLoss: z.number().nullable(),
  bestDevLoss: z.number().nullable(),
  bestDevEpoch: z.number().nullable(),
  /** The median over the steps: pauses and saving do not count. */
  tokensPerSecond: z.number().nullable(),
  elapsedMs: z.number().nullable(),
  peakBytes: z.number().nullable(),
  device: z.string().nullable(),
  evaluations: z.array(outcomeSchema),
  /** Evaluations of it that are still blind: what they say is nobody's to know yet. */
  blindEvaluations: z.number().int(),
  /** Evaluations whose report cannot be made, with why. */
  problems: z.array(z.string()),
  curve: z.array(place),
  /** Steps that one point of the curve is the mean of. */
  stepsPerPoint: z.number().int(),
  devCurve: z.array(place),
});
/** One run of a comparison. */
export type ComparedRun = z.infer<typeof comparedRunSchema>;

/** Two runs that differ in the dialogues of their datasets alone, as LIMA's 1,000 and 1,030 samples. */
const dialogueStepSchema = z.object({
  /** The run that has more dialogues, and the other one. */
  withId: z.string(),
  withoutId: z.string(),
  /** Samples of several turns that only the one has, and only the other. */
  more: z.number().int(),
  fewer: z.number().int(),
});
export type DialogueStep = z.infer<typeof dialogueStepSchema>;

const comparison = z.object({
  runs: z.array(comparedRunSchema),
  /** Of two runs; null of more, and of those that differ otherwise. */
  dialogueStep: dialogueStepSchema.nullable(),
  /** A value for each run in order; null where its method does not read the setting. */
  settings: z.array(z.object({ key: z.string(), values: z.array(z.string().nullable()) })),
});
/** Runs side by side: results, curves, and the settings in which they differ. */
export interface RunComparison extends z.infer<typeof comparison> {}
// Named, or the type of the router that is made of it would be too long for a declaration file.
export const runComparisonSchema: z.ZodType<RunComparison> = comparison;

type Compared = Pick<Run, 'recipe' | 'modelName' | 'baseSha256' | 'datasetName' | 'datasetHash'>;

/** Name and content: two datasets of one name differ where their hashes do. */
const identified = (name: string, hash: string) => `${name} (${hash.slice(0, 8)})`;

function valueText(recipe: Recipe, name: string): string {
  if (name === 'chatTemplate') return templateSummary(recipe.chatTemplate);
  return settingText(new Map<string, unknown>(Object.entries(recipe)).get(name));
}

/** What does not decide what is learnt: chance, the machine, and what is kept on the way. */
const beside = new Set(['seed', 'threads', 'device', 'microBatchSize', 'checkpointEverySteps']);

/** Whether runs differ in their dataset, and beside it in nothing that decides what is learnt. */
export function differInDatasetAlone(settings: RunComparison['settings']): boolean {
  const deciding = settings.filter(({ key }) => !beside.has(key)).map(({ key }) => key);
  return deciding.length === 1 && deciding[0] === 'dataset';
}

/** The settings in which runs differ, base model and dataset first; equal ones are left out. */
export function settingDifferences(runs: readonly Compared[]): RunComparison['settings'] {
  const fields = settingFields(recipeSchema).map(({ name, onlyFor }) => ({
    key: name,
    values: runs.map(({ recipe }) =>
      onlyFor !== undefined && onlyFor !== recipe.method ? null : valueText(recipe, name),
    ),
  }));
  return [
    {
      key: 'base',
      values: runs.map(({ modelName, baseSha256 }) => identified(modelName, baseSha256)),
    },
    {
      key: 'dataset',
      values: runs.map(({ datasetName, datasetHash }) => identified(datasetName, datasetHash)),
    },
    ...fields,
  ].filter(({ values }) => new Set(values).size > 1);
}
