import type { CheckedDraft, RecipeDraft } from './recipe-draft.ts';
import { fieldsOfGroup, isRead, type RecipeGroup, type RecipeKey } from './recipe-fields.ts';
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
  // What is wrong stays in sight also where nothing reads it: it keeps the run from starting.
  const fields = fieldsOfGroup(group, isAdvanced).filter(
    (field) => isRead(field, draft.method) || errors[field.key] !== undefined,
  );
  if (fields.length === 0) return null;
  return (
    <fieldset className="recipe-group">
      <legend>{group}</legend>
      <div className="recipe-grid">
        {fields.map((field) => (
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
