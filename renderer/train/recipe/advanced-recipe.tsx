import { useState } from 'react';
import type { CheckedDraft, RecipeDraft } from './recipe-draft.ts';
import { recipeFields, recipeGroups, type RecipeKey } from './recipe-fields.ts';
import { RecipeGroupFields } from './recipe-group-fields.tsx';

interface AdvancedRecipeProps {
  draft: RecipeDraft;
  errors: CheckedDraft['errors'];
  changed: ReadonlySet<RecipeKey>;
}

const advancedFields = recipeFields.filter((field) => field.isAdvanced);

/** The fields one rarely needs, folded into one line that tells their values. */
export function AdvancedRecipe({ draft, errors, changed }: AdvancedRecipeProps) {
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
