import { useState } from 'react';
import { BookOpen, Copy, RotateCcw } from 'lucide-react';
import { recipePresets } from '../../../shared/domain/recipe/recipe-presets.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { rpc } from '../../rpc/client.ts';
import { useReadOnlyNotice } from '../../rpc/project.ts';
import { Button } from '../../ui/button.tsx';
import { Menu, type MenuItem } from '../../ui/dialogs/menu.tsx';
import { showErrorToast, showToast } from '../../ui/feedback/toast.tsx';
import { formatMoment } from '../../ui/format.ts';
import {
  applyPreset,
  chooseDefaults,
  chooseRecipe,
  copyRecipe,
  defaultStart,
  projectStartName,
  resetRecipe,
  useTrain,
} from '../train-store.ts';
import { changedFields, checkDraft, type CheckedDraft, type RecipeDraft } from './recipe-draft.ts';
import { recipeGroups, recipeFields, type RecipeField, type RecipeKey } from './recipe-fields.ts';
import { RecipeGroupFields } from './recipe-group-fields.tsx';
import './recipe-editor.css';

interface RecipeEditorProps {
  draft: RecipeDraft;
  errors: CheckedDraft['errors'];
  runs: readonly Run[];
  /** What the forms of the project begin with, if it says so. */
  projectRecipe: Recipe | undefined;
}

/** Every field of the recipe under its heading; the rarely needed ones folded away. */
export function RecipeEditor({ draft, errors, runs, projectRecipe }: RecipeEditorProps) {
  const start = useTrain((state) => state.start);
  const fields = changedFields(draft, start.draft);
  const changed = new Set(fields.map(({ key }) => key));
  const said = fields.length === 0 ? 'nothing changed' : `${fields.length} changed`;
  return (
    <section className="run-form-section" aria-label="Recipe">
      <div className="row row-wrap">
        <h2>Recipe</h2>
        <span className="small dim" role="status" aria-label="Recipe in use">
          {start.name} · {said}
        </span>
        <span className="spacer" />
        {changed.size > 0 && (
          <Button small variant="ghost" icon={<RotateCcw size={13} />} onClick={resetRecipe}>
            Reset all
          </Button>
        )}
        <PresetMenu projectRecipe={projectRecipe} draft={draft} changed={fields} />
        {runs.length > 0 && <CopyMenu runs={runs} />}
      </div>
      <div className="recipe-groups">
        {recipeGroups.map((group) => (
          <RecipeGroupFields
            key={group}
            {...{ group, draft, errors, changed }}
            isAdvanced={false}
          />
        ))}
        <AdvancedRecipe draft={draft} errors={errors} changed={changed} />
      </div>
    </section>
  );
}

interface PresetMenuProps {
  projectRecipe: Recipe | undefined;
  draft: RecipeDraft;
  /** What is no longer as in the recipe that is in use. */
  changed: readonly RecipeField[];
}

/** The recipes to begin with: the one in use is checked, and says what was changed since. */
function PresetMenu({ projectRecipe, draft, changed }: PresetMenuProps) {
  const notice = useReadOnlyNotice();
  const used = useTrain((state) => state.start.name);
  const { recipe } = checkDraft(draft);
  const choice = ({ label, hint, run }: MenuItem): MenuItem => {
    const isChecked = label === used;
    const isChanged = isChecked && changed.length > 0;
    const said = isChanged ? `changed: ${changed.map((field) => field.label).join(', ')}` : hint;
    return { label, run, isChecked, ...(said === undefined ? {} : { hint: said }) };
  };
  const ofProject = [
    ...(projectRecipe === undefined
      ? []
      : [
          choice({
            label: projectStartName,
            run: () => chooseRecipe(projectRecipe, projectStartName),
          }),
        ]),
    ...(recipe === null || notice !== null
      ? []
      : [
          {
            label: 'Keep this as the project’s recipe',
            hint: 'New runs begin with it',
            run: () => void keepRecipe(recipe),
          },
        ]),
  ];
  return (
    <Menu
      align="end"
      trigger={
        <Button small icon={<BookOpen size={13} />}>
          Presets…
        </Button>
      }
      items={[
        choice({
          label: defaultStart.name,
          hint: 'Every setting as it comes',
          run: chooseDefaults,
        }),
        ...recipePresets.map((preset) =>
          choice({ label: preset.name, hint: preset.summary, run: () => applyPreset(preset) }),
        ),
        ...ofProject.map((item, index) => ({ ...item, separator: index === 0 })),
      ]}
    />
  );
}

async function keepRecipe(recipe: Recipe): Promise<void> {
  try {
    await rpc.project.keepDefaults({ recipe });
    chooseRecipe(recipe, projectStartName);
    showToast({ text: 'New runs of this project begin with this recipe.', tone: 'good' });
  } catch (error) {
    showErrorToast(error);
  }
}

function CopyMenu({ runs }: { runs: readonly Run[] }) {
  return (
    <Menu
      align="end"
      trigger={
        <Button small icon={<Copy size={13} />}>
          Copy settings from run…
        </Button>
      }
      items={runs.map((run) => ({
        label: run.name,
        hint: formatMoment(run.createdMs),
        run: () => copyRecipe(run),
      }))}
    />
  );
}

interface AdvancedRecipeProps {
  draft: RecipeDraft;
  errors: CheckedDraft['errors'];
  changed: ReadonlySet<RecipeKey>;
}

const advancedFields = recipeFields.filter((field) => field.isAdvanced);

/** The fields one rarely needs, folded into one line that tells their values. */
function AdvancedRecipe({ draft, errors, changed }: AdvancedRecipeProps) {
  const [wantsOpen, setWantsOpen] = useState(false);
  const hasError = advancedFields.some(({ key }) => errors[key] !== undefined);
  const isOpen = wantsOpen || hasError;
  return (
    <details
      className="recipe-advanced"
      open={isOpen}
      onToggle={(event) => setWantsOpen(event.currentTarget.open)}
    >
      <summary>
        <h3>Advanced</h3>
        {!isOpen && <span className="small dim truncate">{advancedSummary(draft)}</span>}
      </summary>
      <div className="recipe-advanced-body recipe-groups">
        {recipeGroups.map((group) => (
          <RecipeGroupFields key={group} {...{ group, draft, errors, changed }} isAdvanced />
        ))}
      </div>
    </details>
  );
}

function advancedSummary(draft: RecipeDraft): string {
  const clipping = Number(draft.maxGradNorm) === 0 ? 'no clipping' : `clip at ${draft.maxGradNorm}`;
  const threads = Number(draft.threads) === 0 ? 'all cores' : `${draft.threads} threads`;
  return [
    `AdamW ${draft.beta1} / ${draft.beta2}`,
    `weight decay ${draft.weightDecay}`,
    clipping,
    Number(draft.microBatchSize) === 0 ? 'packed' : `${draft.microBatchSize} at once`,
    `seed ${draft.seed}`,
    threads,
  ].join(' · ');
}
