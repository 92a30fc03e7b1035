import { useState } from 'react';
import type { PromptSetDetails } from '../../../shared/contract/prompts.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { formatMoment } from '../../ui/format.ts';
import { Select, TextInput } from '../../ui/inputs/inputs.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { showEvaluate } from '../evaluate-store.ts';
import { MarkOutOfDistribution } from './prompt-tags.tsx';

type Versions = Awaited<ReturnType<typeof rpc.prompts.get>>['versions'];

interface SetFactsProps {
  set: PromptSetDetails;
  versions: Versions;
  newestId: string | null;
  tag: string;
  onTag: (tag: string) => void;
}

/** Which prompts are shown, where the set is from, and its versions. */
export function SetFacts({ set, versions, newestId, tag, onTag }: SetFactsProps) {
  return (
    <section className="set-facts" aria-label="About this set">
      <Select
        label="Show prompts"
        value={tag}
        options={[
          { value: '', label: `All (${set.prompts})` },
          ...set.tagCounts.map((one) => ({
            value: one.tag,
            label: `${one.tag} (${one.prompts})`,
          })),
        ]}
        onValue={onTag}
      />
      {newestId === null && <OriginFields key={set.id} set={set} />}
      {newestId === null && <MarkOutOfDistribution set={set} />}
      {newestId !== null && (
        <p role="status">
          An earlier version of a set that was edited since; what evaluations asked of it stays as
          it is.{' '}
          <Button small onClick={() => showEvaluate({ kind: 'prompts', id: newestId })}>
            Show the newest
          </Button>
        </p>
      )}
      {versions.length > 1 && <VersionList set={set} versions={versions} newestId={newestId} />}
    </section>
  );
}

function OriginFields({ set }: { set: PromptSetDetails }) {
  const [license, setLicense] = useState(set.license);
  const [source, setSource] = useState(set.source);
  const saving = useAction(() => rpc.prompts.describe({ id: set.id, license, source }));
  const isChanged = license.trim() !== set.license || source.trim() !== set.source;
  return (
    <form
      className="set-origin"
      onSubmit={(event) => {
        event.preventDefault();
        if (isChanged) void saving.run();
      }}
    >
      <TextInput label="Licence" value={license} onValue={setLicense} maxLength={1000} />
      <TextInput label="Source" value={source} onValue={setSource} maxLength={1000} />
      {isChanged && (
        <EditButton type="submit" small isBusy={saving.isRunning}>
          Save
        </EditButton>
      )}
      {saving.error !== undefined && <ErrorView error={saving.error} />}
    </form>
  );
}

function VersionList({ set, versions, newestId }: Omit<SetFactsProps, 'tag' | 'onTag'>) {
  const restoring = useAction(async (versionId: string) => {
    const restored = await rpc.prompts.restore({ id: set.id, versionId });
    showEvaluate({ kind: 'prompts', id: restored.id });
  });
  return (
    <details>
      <summary>{formatQuantity(versions.length, 'version')}</summary>
      <ul className="set-versions">
        {versions.map((one) => (
          <li key={one.id} className="row">
            <span>
              Version {one.version}: {formatQuantity(one.prompts, 'prompt')},{' '}
              {formatMoment(one.createdMs)}
              {one.evaluations > 0 && `, asked by ${formatQuantity(one.evaluations, 'evaluation')}`}
            </span>
            {one.id === set.id ? (
              <span className="faint">shown</span>
            ) : (
              <Button small onClick={() => showEvaluate({ kind: 'prompts', id: one.id })}>
                <VisibleText text={`Show version ${one.version}`} />
              </Button>
            )}
            {newestId === null && one.id !== set.id && (
              <EditButton
                small
                isBusy={restoring.isRunning}
                onClick={() => void restoring.run(one.id)}
              >
                Go back to version {one.version}
              </EditButton>
            )}
          </li>
        ))}
      </ul>
      {restoring.error !== undefined && <ErrorView error={restoring.error} />}
    </details>
  );
}
