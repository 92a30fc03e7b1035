import type { Run } from '../../shared/domain/run.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { shortHash } from '../ui/format.ts';
import { changedFields, draftOf } from './recipe-draft.ts';
import { recipeFields } from './recipe-fields.ts';

/** What the run was made of: recipe, base model, dataset; values that are not the default stand out. */
export function RecipeTable({ run }: { run: Run }) {
  const draft = draftOf(run.recipe);
  const changed = new Set(changedFields(draft).map(({ key }) => key));
  return (
    <section className="column" aria-label="Recipe">
      <h2>Recipe</h2>
      <dl className="run-facts">
        <Identity name="Base model" hash={run.baseSha256} />
        <Identity name="Dataset" hash={run.datasetHash} />
        {recipeFields.map(({ key, label, unit, hint, fallback }) => (
          <div key={key} title={hint}>
            <dt>{label}</dt>
            <dd>
              {changed.has(key) ? (
                <strong title={`default ${fallback}`}>{draft[key]}</strong>
              ) : (
                draft[key]
              )}
              {unit !== undefined && ` ${draft[key] === '1' ? unit.replace(/s$/, '') : unit}`}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
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
