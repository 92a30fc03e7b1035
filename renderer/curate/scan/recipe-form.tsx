import { useState } from 'react';
import {
  selectionSettingsSchema,
  type SelectionRecipe,
} from '../../../shared/domain/selection/selection-recipe.ts';
import { settingFields } from '../../../shared/domain/recipe/setting-fields.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/inputs/inputs.tsx';
import { NumberInput } from '../../ui/inputs/number-input.tsx';

interface RecipeFormProps {
  recipe: SelectionRecipe;
  count: number;
  onRecipe: (recipe: SelectionRecipe) => void;
  onCount: (count: number) => void;
}

type Settings = Omit<SelectionRecipe, 'siteGroups'>;

const labels: Record<keyof Settings, string> = {
  temperature: 'Temperature over sites',
  stemShare: 'Share of STEM',
  titleNeedsBody: 'Titles that need the body',
  minAnswerScore: 'Least answer score',
  minAnswerCharacters: 'Least characters',
  maxAnswerCharacters: 'Most characters',
  lengthOf: 'Lengths of',
  firstPerson: 'Answers with I or my',
  crossReference: 'Answers on other answers',
  seed: 'Seed',
};
const choiceNames: Record<string, string> = {
  drop: 'drop',
  keep: 'keep',
  html: 'the HTML',
  text: 'its text',
  both: 'both',
};
const fields = settingFields(selectionSettingsSchema);
const mostPicks = 100_000;

/** The recipe of a selection: LIMA's until it is changed. */
export function RecipeForm({ recipe, count, onRecipe, onCount }: RecipeFormProps) {
  const settings: Readonly<Record<string, unknown>> = recipe;
  const changed = (name: string, value: unknown) =>
    selectionSettingsSchema.safeParse({ ...recipe, [name]: value });
  const set = (name: string, value: unknown) => {
    const { data } = changed(name, value);
    if (data) onRecipe({ ...recipe, ...data });
  };
  return (
    <section className="column" aria-label="Recipe">
      <div className="row">
        <h3>Recipe</h3>
        <span className="spacer" />
        <Button
          small
          variant="ghost"
          onClick={() =>
            onRecipe({ ...selectionSettingsSchema.parse({}), siteGroups: recipe.siteGroups })
          }
        >
          LIMA’s values
        </Button>
      </div>
      <div className="scan-recipe">
        <CheckedNumber
          label="Samples to pick"
          hint="fewer where the rules keep fewer"
          range={`a whole number from 1 to ${mostPicks}`}
          value={count}
          isValid={(value) => Number.isInteger(value) && value >= 1 && value <= mostPicks}
          onValue={onCount}
        />
        {fields.map(({ name, choices, isNumber, description, range }) =>
          isNumber ? (
            <CheckedNumber
              key={name}
              label={labelOf(name)}
              hint={description}
              range={range}
              value={Number(settings[name])}
              isValid={(value) => changed(name, value).success}
              onValue={(value) => set(name, value)}
            />
          ) : (
            <Select
              key={name}
              label={labelOf(name)}
              hint={description}
              value={String(settings[name])}
              options={choices.map((choice) => ({
                value: choice,
                label: choiceNames[choice] ?? choice,
              }))}
              onValue={(value) => set(name, value)}
            />
          ),
        )}
      </div>
    </section>
  );
}

function labelOf(name: string): string {
  const known: Readonly<Record<string, string>> = labels;
  return known[name] ?? name;
}

interface CheckedNumberProps {
  label: string;
  hint: string;
  /** What it may be, in words. */
  range: string;
  value: number;
  isValid: (value: number) => boolean;
  onValue: (value: number) => void;
}

/** A number that calls back only with what it may be, and says so of anything else. */
function CheckedNumber({ range, isValid, onValue, ...rest }: CheckedNumberProps) {
  const [isWrong, setWrong] = useState(false);
  return (
    <div onBlur={() => setWrong(false)}>
      <NumberInput
        {...rest}
        error={isWrong ? `It may be ${range}.` : undefined}
        onValue={(value) => {
          setWrong(!isValid(value));
          if (isValid(value)) onValue(value);
        }}
      />
    </div>
  );
}
