import { Popover } from '../../ui/dialogs/menu.tsx';
import { Select, TextArea, TextInput } from '../../ui/inputs/inputs.tsx';
import { resetField, setField, useTrain } from '../train-store.ts';
import { TemplateFromFile } from '../../ui/models/template-from-file.tsx';
import type { CheckedDraft, RecipeDraft } from './recipe-draft.ts';
import {
  choiceText,
  fieldsOfGroup,
  isRead,
  type RecipeGroup,
  type RecipeKey,
  type RecipeField,
} from './recipe-fields.ts';

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
  // The adapter is chosen in a section of its own.
  const fields = fieldsOfGroup(group, isAdvanced).filter(
    (field) =>
      (isRead(field, draft.method) && field.key !== 'fromAdapter') ||
      errors[field.key] !== undefined,
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

interface RecipeFieldInputProps {
  field: RecipeField;
  text: string;
  error: string | undefined;
  isChanged: boolean;
}

/** One recipe field; typed as text, so that a wrong value stays visible with its reason. */
function RecipeFieldInput({ field, text, error, isChanged }: RecipeFieldInputProps) {
  const { key, label, unit, choices, words, isNumber, isLong } = field;
  const shared = { label, error, ...(isChanged && { hint: <ResetButton field={field} /> }) };
  return (
    <div className={isLong ? 'recipe-field recipe-field-long' : 'recipe-field'}>
      {choices.length > 0 ? (
        <Select
          {...shared}
          value={text}
          disabled={choices.length === 1}
          options={choices.map((choice) => ({ value: choice, label: words[choice] ?? choice }))}
          onValue={(choice) => setField(key, choice)}
        />
      ) : isLong ? (
        <>
          <TextArea
            {...shared}
            className="mono"
            rows={text === '' ? 1 : 8}
            placeholder="That of the model. Another one: its text in Jinja."
            spellCheck={false}
            value={text}
            onValue={(next) => setField(key, next)}
          />
          <TemplateFromFile onTemplate={(template) => setField(key, template)} />
        </>
      ) : (
        <TextInput
          {...shared}
          unit={unit}
          {...(isNumber ? { inputMode: 'decimal' as const } : {})}
          value={text}
          onValue={(next) => setField(key, next)}
        />
      )}
      <FieldHelp field={field} />
    </div>
  );
}

/** Takes one field back to what it is in the recipe in use, which it tells by that. */
function ResetButton({ field }: { field: RecipeField }) {
  const { key, label } = field;
  const text = useTrain(({ start }) => start.draft[key]);
  return (
    <button type="button" className="recipe-standing" onClick={() => resetField(key)}>
      Reset <span className="visually-hidden">{label} </span>to {choiceText(field, text)}
    </button>
  );
}

/** What a field means and where its value comes from, asked for one at a time. */
function FieldHelp({ field }: { field: RecipeField }) {
  const { label, hint, fallback } = field;
  return (
    <Popover
      label={`About ${label}`}
      trigger={
        <button type="button" className="recipe-help" aria-label={`About ${label}`}>
          ?
        </button>
      }
    >
      <div className="recipe-help-text">
        <p>{hint}</p>
        <p className="dim">default {choiceText(field, fallback)}</p>
      </div>
    </Popover>
  );
}
