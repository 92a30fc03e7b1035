import { useEffect, useRef, useState } from 'react';
import { repeatedText } from '../../../shared/text/prompts.ts';
import { formatCount, formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { PathField } from '../../ui/files/path-field.tsx';
import { TextInput } from '../../ui/inputs/inputs.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { setImporting, showEvaluate } from '../evaluate-store.ts';

type Outcome = Awaited<ReturnType<typeof rpc.prompts.import>>;

const close = () => setImporting(false);

/** Reads a file of prompts into a frozen set; bad lines are listed and left out. */
export function ImportPromptsDialog() {
  const [path, setPath] = useState('');
  const [name, setName] = useState('');
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const stopping = useRef<AbortController>(null);
  // Closing the dialog, however it happens, ends the reading of the file.
  useEffect(() => () => stopping.current?.abort(), []);
  const read = useAction(async () => {
    stopping.current = new AbortController();
    const named = name.trim() === '' ? {} : { name: name.trim() };
    const { signal } = stopping.current;
    const imported = await rpc.prompts.import({ path: path.trim(), ...named }, { signal });
    showEvaluate({ kind: 'prompts', id: imported.set.id });
    if (imported.errors.length === 0 && imported.repeated === 0) setImporting(false);
    else setOutcome(imported);
  });
  return (
    <Dialog
      title="Import prompts"
      onClose={close}
      footer={
        outcome ? (
          <Button variant="primary" onClick={close}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={close}>Cancel</Button>
            <EditButton
              type="submit"
              form="import-prompts"
              variant="primary"
              disabled={path.trim() === ''}
              title={path.trim() === '' ? 'Choose a file first' : undefined}
              isBusy={read.isRunning}
            >
              Import
            </EditButton>
          </>
        )
      }
    >
      {outcome ? (
        <BadLines outcome={outcome} />
      ) : (
        <form
          id="import-prompts"
          className="column"
          onSubmit={(event) => {
            event.preventDefault();
            if (path.trim() !== '') void read.run();
          }}
        >
          <PathField
            label="File"
            value={path}
            onValue={setPath}
            request={{ purpose: 'prompts', title: 'Import prompts' }}
          />
          <TextInput
            label="Name (optional)"
            value={name}
            onValue={setName}
            maxLength={100}
            hint="JSON Lines with prompt, messages, instruction or conversations, and optionally expected; or one prompt a line."
          />
        </form>
      )}
      {read.error !== undefined && <ErrorView error={read.error} />}
    </Dialog>
  );
}

function BadLines({ outcome }: { outcome: Outcome }) {
  const { set, read, unusable, repeated, errors, errorsTotal } = outcome;
  return (
    <>
      <p>
        {formatQuantity(read, 'row')} read: {formatQuantity(read - unusable, 'prompt')} in “
        {set.name}”, {formatCount(unusable)} not usable
        {errorsTotal > errors.length && `; the first ${formatCount(errors.length)} are`}
        {errorsTotal > 0 ? ':' : '.'}
      </p>
      {repeated > 0 && <p>{repeatedText(repeated)}</p>}
      {errors.length > 0 && <LinesLeftOut errors={errors} />}
    </>
  );
}

function LinesLeftOut({ errors }: Pick<Outcome, 'errors'>) {
  return (
    <table className="table" aria-label="Lines left out">
      <thead>
        <tr>
          <th className="number">Line</th>
          <th>Why</th>
        </tr>
      </thead>
      <tbody>
        {errors.map(({ line, message }, index) => (
          <tr key={index}>
            <td className="number">{line}</td>
            <td>
              <VisibleText text={message} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
