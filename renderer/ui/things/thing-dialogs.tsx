import { useId, useState } from 'react';
import { noLabels, type Labels } from '../../../shared/domain/label.ts';
import {
  deletionLines,
  deletionQuestion,
  deletionVerb,
  thingNouns,
} from '../../../shared/text/project/deleting.ts';
import { formatBytes } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../button.tsx';
import { Dialog } from '../dialogs/dialog.tsx';
import { ErrorView } from '../feedback/error-view.tsx';
import { LoadingState, QueryView } from '../feedback/states.tsx';
import { showErrorToast, showToast } from '../feedback/toast.tsx';
import { TextArea, TextInput } from '../inputs/inputs.tsx';
import { focusWork } from '../work-focus.ts';
import { closeThingDialog, useThingDialog, type ThingTarget } from './things-store.ts';
import './things.css';

/** The dialog for names, notes and tags, or the question before deleting; mounted once. */
export function ThingDialogs() {
  const open = useThingDialog((state) => state.open);
  if (!open) return null;
  const { target } = open;
  if (open.what === 'deletion') return <DeletionDialog target={target} />;
  return <LabelDialog target={target} field={open.field} />;
}

function LabelDialog({ target, field }: { target: ThingTarget; field: 'name' | 'note' }) {
  const { thing, id } = target;
  const query = useQuery(['things.labels', thing], () => rpc.things.labels({ thing }), ['labels']);
  if (query.data === undefined)
    return (
      <Dialog title={`The ${thingNouns[thing]}`} onClose={closeThingDialog}>
        <QueryView query={query}>{() => <LoadingState />}</QueryView>
      </Dialog>
    );
  return <LabelForm target={target} field={field} labels={query.data[id] ?? noLabels} />;
}

interface LabelFormProps {
  target: ThingTarget;
  field: 'name' | 'note';
  labels: Labels;
}

function LabelForm({ target, field, labels }: LabelFormProps) {
  const [name, setName] = useState(target.name);
  const [note, setNote] = useState(labels.note);
  const [tags, setTags] = useState(labels.tags.join(', '));
  const noun = thingNouns[target.thing];
  const saving = useAction(async () => {
    await saveLabels(target, { name, note, tags: tagsOf(tags) });
    closeThingDialog();
  });
  const formId = useId();
  return (
    <Dialog
      title={`Name, note and tags of the ${noun}`}
      onClose={closeThingDialog}
      footer={
        <>
          <Button onClick={closeThingDialog}>Cancel</Button>
          <Button
            variant="primary"
            type="submit"
            form={formId}
            isBusy={saving.isRunning}
            disabled={name.trim() === ''}
          >
            Save
          </Button>
        </>
      }
    >
      <form
        id={formId}
        className="column"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') void saving.run();
        }}
      >
        <TextInput
          label="Name"
          value={name}
          onValue={setName}
          maxLength={100}
          data-autofocus={field === 'name' || undefined}
          error={name.trim() === '' ? `A ${noun} needs a name.` : undefined}
          onFocus={(event) => event.target.select()}
        />
        <TextArea
          label="Note"
          rows={4}
          value={note}
          onValue={setNote}
          maxLength={10_000}
          data-autofocus={field === 'note' || undefined}
        />
        <TextInput label="Tags" hint="Separated by commas." value={tags} onValue={setTags} />
        {saving.error !== undefined && <ErrorView error={saving.error} />}
      </form>
    </Dialog>
  );
}

const tagsOf = (text: string) =>
  text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');

/** Saves what was typed, and offers the way back. */
async function saveLabels(
  { thing, id, name }: ThingTarget,
  given: { name: string; note: string; tags: string[] },
): Promise<void> {
  const { name: _, ...rest } = given;
  const isRenamed = given.name.trim() !== name;
  const before = await rpc.things.label({ thing, id, ...(isRenamed ? given : rest) });
  const undo = () =>
    rpc.things
      .label({
        thing,
        id,
        ...(isRenamed && { name: before.given }),
        note: before.note,
        tags: before.tags,
      })
      .catch(showErrorToast);
  showToast({
    text: isRenamed ? `Renamed to “${given.name.trim()}”` : 'Saved',
    key: `label ${thing} ${id}`,
    action: { label: 'Undo', run: () => void undo() },
  });
}

function DeletionDialog({ target }: { target: ThingTarget }) {
  const { thing, id } = target;
  const plan = useQuery(
    ['things.planDeletion', thing, id],
    () => rpc.things.planDeletion({ thing, id }),
    ['runs', 'datasets', 'prompts', 'evaluations', 'models', 'chats'],
  );
  const deleting = useAction(async () => {
    await deleteThing(target);
    closeThingDialog();
    // The row that the focus goes back to goes as well.
    setTimeout(focusWork);
  });
  const { data } = plan;
  const verb = deletionVerb(target);
  return (
    <Dialog
      title={data ? deletionQuestion(data) : `${verb} “${target.name}”?`}
      onClose={closeThingDialog}
      footer={
        <>
          <Button onClick={closeThingDialog} data-autofocus>
            Keep it
          </Button>
          <Button
            variant="danger"
            isBusy={deleting.isRunning}
            disabled={!data || data.usedByJob !== null}
            onClick={() => void deleting.run()}
          >
            {verb}
          </Button>
        </>
      }
    >
      <QueryView query={plan}>
        {(known) => (
          <ul className="thing-consequences">
            {deletionLines(known).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
      </QueryView>
      {deleting.error !== undefined && <ErrorView error={deleting.error} />}
    </Dialog>
  );
}

async function deleteThing({ thing, id, name, onDeleted }: ThingTarget): Promise<void> {
  const { freedBytes } = await rpc.things.delete({ thing, id });
  onDeleted?.();
  const freed = freedBytes > 0 ? `, ${formatBytes(freedBytes)} freed` : '';
  if (thing !== 'model') return showToast({ text: `Deleted “${name}”${freed}` });
  const undo = () => rpc.things.restore({ thing, id }).catch(showErrorToast);
  showToast({
    text: `Removed “${name}” from the project`,
    action: { label: 'Undo', run: () => void undo() },
  });
}
