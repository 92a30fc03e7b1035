import type { CheckedDraft, RecipeDraft } from './recipe-draft.ts';
import { fieldsOfGroup, type RecipeGroup, type RecipeKey } from './recipe-fields.ts';
import { RecipeFieldInput } from './recipe-field-input.tsx';

interface RecipeGroupFieldsProps {
  group: RecipeGroup;
  isAdvanced: boolean;
  draft: RecipeDraft;
  errors: CheckedDraft['errors'];
  changed: ReadonlySet<RecipeKey>;
}

/** The fields under one heading: the common ones, or those one rarely needs. */
export function RecipeGroupFields(props: RecipeGroupFieldsProps) {
  const { group, isAdvanced, draft, errors, changed } = props;
  return (
    <fieldset className="recipe-group">
      <legend>{group}</legend>
      <div className="recipe-grid">
        {fieldsOfGroup(group, isAdvanced).map((field) => (
          <RecipeFieldInput
            key={field.key}
            field={field}
            text={draft[field.key]}
            error={errors[field.key]}
            isChanged={changed.has(field.key)}
          />
        ))}
      </div>
    </fieldset>
  );
}
