import type { CandidateText, SelectionReport } from '../../../../shared/contract/scans.ts';
import {
  dropReasonSchema,
  selectionRecipeSchema,
  selectionSettingsSchema,
  type SelectionRecipe,
} from '../../../../shared/domain/selection/selection-recipe.ts';
import {
  siteGroupSchema,
  type SiteGroup,
} from '../../../../shared/domain/selection/site-groups.ts';
import {
  droppedLines,
  selectionSummary,
  siteGroupNames,
} from '../../../../shared/text/scanning.ts';
import { formatCount, formatQuantity } from '../../../../shared/text/numbers.ts';
import { describeSettings, parseSettings } from '../../arguments/settings.ts';
import { UsageError } from '../../cli/command-error.ts';
import { defineCommand, oneOf } from '../../cli/command.ts';
import { openCoreWithProject } from '../../cli/open-core.ts';
import { formatTable } from '../../cli/terminal.ts';
import { waitForJob } from '../../cli/wait-for-job.ts';

const recipes = ['lima'] as const;
const groups = siteGroupSchema.options;
const mostPicks = 100_000;
const shownUnusable = 10;

/** `lima select`: picks samples of the scanned dumps by a recipe. */
export const selectCommand = defineCommand({
  name: 'select',
  usage:
    'select P.lima --n N [--recipe lima] [--set key=value]… [--group SITE=stem|other|dropped]… [--dry-run [--examples RULE]]',
  summary: 'Pick samples of the scanned dumps by a recipe, as LIMA did.',
  details: () => [
    'A site is drawn by temperature; of it the question with the highest score that every rule',
    'keeps, with its best answer. What one group cannot give comes from the other. The same scans,',
    'recipe and N give the same picks, which become pending samples.',
    '',
    'Recipe (--set):',
    ...describeSettings(selectionSettingsSchema),
  ],
  positionals: { min: 1, max: 1 },
  options: {
    n: { type: 'string', value: 'N', description: 'how many to pick' },
    recipe: { type: 'string', value: 'NAME', description: `${recipes.join(', ')}; default lima` },
    set: { type: 'string', multiple: true, value: 'KEY=VALUE', description: 'change the recipe' },
    group: {
      type: 'string',
      multiple: true,
      value: 'SITE=GROUP',
      description: 'the group that a site belongs to: stem, other or dropped',
    },
    'dry-run': { type: 'boolean', description: 'tell what would be picked, change nothing' },
    examples: {
      type: 'string',
      value: 'RULE',
      description: `with --dry-run: some that a rule drops, or not-drawn: some that all keep (${dropReasonSchema.options.join(', ')})`,
    },
  },
  edits: true,
  async run(call) {
    const { options, terminal, signal } = call;
    oneOf(options.recipe ?? 'lima', recipes, 'The recipe');
    const count = countOf(options.n);
    const recipe = recipeOf(options.set ?? [], options.group ?? []);
    const isDry = options['dry-run'] ?? false;
    const reason =
      options.examples === undefined
        ? undefined
        : oneOf(options.examples, dropReasonSchema.options, 'The rule');
    if (reason && !isDry) throw new UsageError('--examples goes with --dry-run.');
    await using project = await openCoreWithProject({ ...call, edits: !isDry });
    const { client } = project;
    if (isDry) {
      const report = await client.scans.plan({ recipe, count }, { signal });
      const head = `${formatCount(report.picked)} of ${formatQuantity(report.candidates, 'candidate')} would be picked`;
      const examples = reason ? await client.scans.examples({ recipe, reason }, { signal }) : [];
      terminal.result(
        { ...report, recipe, ...(reason && { examples }) },
        [head, ...describe(report), ...examples.map(exampleText)].join('\n'),
      );
      return;
    }
    const { jobId } = await client.scans.select({ recipe, count });
    const result = await waitForJob(client, { jobId, kind: 'select' }, { terminal, signal });
    const { report, ...stored } = result;
    const unusable = result.unusable
      .slice(0, shownUnusable)
      .map(({ site, id, message }) => `  ${site}, question ${id}: ${message}`);
    terminal.result(
      { ...report, ...stored, recipe },
      [selectionSummary(result), ...describe(report), ...unusable].join('\n'),
    );
  },
});

const exampleText = ({ site, id, answerScore, text }: CandidateText): string =>
  [
    `${site} ${id}, score ${answerScore}`,
    ...(text ? [`  ${text.prompt}`, `  ${text.answer}`] : ['  (the dump is packed)']),
  ].join('\n');

function countOf(text: string | undefined): number {
  const count = Number(text);
  if (text === undefined || !Number.isInteger(count) || count < 1 || count > mostPicks)
    throw new UsageError(`--n ${text ?? ''} is not a whole number from 1 to ${mostPicks}.`);
  return count;
}

function recipeOf(settings: readonly string[], sites: readonly string[]): SelectionRecipe {
  const siteGroups: Record<string, SiteGroup> = {};
  for (const word of sites) {
    const [, site = '', group = ''] = /^(.+)=(.+)$/s.exec(word) ?? [];
    if (site === '') throw new UsageError(`--group "${word}" is not SITE=GROUP.`);
    siteGroups[site] = oneOf(group, groups, `The group of ${site}`);
  }
  return selectionRecipeSchema.parse({
    ...parseSettings(selectionSettingsSchema, settings),
    siteGroups,
  });
}

function describe(report: SelectionReport): string[] {
  const sites = report.sites.map(({ site, group, candidates, picked }) => [
    site,
    siteGroupNames[group],
    formatCount(candidates),
    formatCount(picked),
  ]);
  const lines = droppedLines(report).map((line) => `  ${line}`);
  return [...lines, formatTable(['site', 'group', 'candidates', 'picked'], sites)];
}
