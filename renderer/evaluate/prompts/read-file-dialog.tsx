import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { PathField } from '../../ui/files/path-field.tsx';
import { TextInput } from '../../ui/inputs/inputs.tsx';

/** A file to read and what to call what is in it, both without space around them. */
export interface FileToRead {
  path: string;
  name: string;
}

interface ReadFileDialogProps {
  title: string;
  /** Above the fields. */
  intro?: ReactNode;
  nameLabel: string;
  hint: string;
  /** Below the fields. */
  choices?: ReactNode;
  /** Why a name is needed, where it is. */
  nameNeeded?: string;
  /** Reads the file; closing the dialog, however it happens, aborts the signal. */
  read: (file: FileToRead, signal: AbortSignal) => Promise<void>;
  /** What became of the file; while undefined the form is shown. */
  outcome: ReactNode;
  onClose: () => void;
}

/** Asks for a file and a name, reads it, and says what became of it. */
export function ReadFileDialog({ title, read, outcome, onClose, ...fields }: ReadFileDialogProps) {
  const { intro, nameLabel, hint, nameNeeded, choices } = fields;
  const [path, setPath] = useState('');
  const [name, setName] = useState('');
  const stopping = useRef<AbortController>(null);
  useEffect(() => () => stopping.current?.abort(), []);
  const reading = useAction(async () => {
    stopping.current = new AbortController();
    await read({ path: path.trim(), name: name.trim() }, stopping.current.signal);
  });
  const nameless = name.trim() === '' ? nameNeeded : undefined;
  const obstacle = path.trim() === '' ? 'Choose a file first' : nameless;
  const formId = title.toLowerCase().replaceAll(' ', '-');
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        outcome !== undefined ? (
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <EditButton
              type="submit"
              form={formId}
              variant="primary"
              disabled={obstacle !== undefined}
              title={obstacle}
              isBusy={reading.isRunning}
            >
              Import
            </EditButton>
          </>
        )
      }
    >
      {outcome ?? (
        <form
          id={formId}
          className="column"
          onSubmit={(event) => {
            event.preventDefault();
            if (obstacle === undefined) void reading.run();
          }}
        >
          {intro}
          <PathField
            label="File"
            value={path}
            onValue={setPath}
            request={{ purpose: 'prompts', title }}
          />
          <TextInput label={nameLabel} value={name} onValue={setName} maxLength={100} hint={hint} />
          {choices}
        </form>
      )}
      {reading.error !== undefined && <ErrorView error={reading.error} />}
    </Dialog>
  );
}
