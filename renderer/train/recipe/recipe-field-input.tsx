import { Select, TextInput } from '../../ui/inputs/inputs.tsx';
import type { RecipeField } from './recipe-fields.ts';
import { setField } from '../train-store.ts';

interface RecipeFieldInputProps {
  field: RecipeField;
  text: string;
  error: string | undefined;
  isChanged: boolean;
}

/** One recipe field; typed as text, so that a wrong value stays visible with its reason. */
export function RecipeFieldInput({ field, text, error, isChanged }: RecipeFieldInputProps) {
  const { key, label, unit, choices, words, hint, fallback, isNumber } = field;
  const hintText = isChanged ? `${hint} · default ${words[fallback] ?? fallback}` : hint;
  const isFixed = choices.length === 1;
  if (choices.length > 0)
    return (
      <Select
        label={label}
        hint={hintText}
        error={error}
        value={text}
        disabled={isFixed}
        options={choices.map((choice) => ({ value: choice, label: words[choice] ?? choice }))}
        onValue={(choice) => setField(key, choice)}
      />
    );
  return (
    <TextInput
      label={label}
      unit={unit}
      hint={hintText}
      error={error}
      {...(isNumber ? { inputMode: 'decimal' as const } : {})}
      value={text}
      onValue={(next) => setField(key, next)}
    />
  );
}
