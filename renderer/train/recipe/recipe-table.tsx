import type { Run } from '../../../shared/domain/run.ts';
import { CopyButton } from '../../ui/feedback/copy-button.tsx';
import { shortHash } from '../../ui/format.ts';
import { changedFields, draftOf } from './recipe-draft.ts';
import { choiceText, isRead, recipeFields, type RecipeField } from './recipe-fields.ts';

/** What the run was made of: recipe, base model, dataset; values that are not the default stand out. */
export function RecipeTable({ run }: { run: Run }) {
  const draft = draftOf(run.recipe);
  const fields = recipeFields.filter((field) => isRead(field, draft.method));
  const changed = new Set(changedFields(draft).map(({ key }) => key));
  return (
    <section className="column" aria-label="Recipe">
      <h2>Recipe</h2>
      <dl className="run-facts">
        <Identity name="Base model" hash={run.baseSha256} />
        <Identity name="Dataset" hash={run.datasetHash} />
        {fields.map((field) => (
          <div key={field.key} title={field.hint}>
            <dt>{field.label}</dt>
            <dd>
              {changed.has(field.key) ? (
                <strong title={`default ${choiceText(field, field.fallback)}`}>
                  {valueText(field, draft[field.key])}
                </strong>
              ) : (
                valueText(field, draft[field.key])
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function valueText(field: RecipeField, text: string): string {
  const { unit, zero } = field;
  if (text === '0' && zero !== undefined) return zero;
  if (/^[0-9a-f]{64}$/.test(text)) return `adapter ${shortHash(text)}`;
  if (unit === undefined) return choiceText(field, text);
  return `${text} ${text === '1' ? unit.replace(/s$/, '') : unit}`;
}

function Identity({ name, hash }: { name: string; hash: string }) {
  return (
    <div>
      <dt>{name} SHA-256</dt>
      <dd className="row">
        <code title={hash}>{shortHash(hash)}</code>
        <CopyButton text={hash} label={`Copy SHA-256 of the ${name.toLowerCase()}`} />
      </dd>
    </div>
  );
}
