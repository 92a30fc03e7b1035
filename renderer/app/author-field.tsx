import { useState } from 'react';
import { UserRound } from 'lucide-react';
import { rpc } from '../rpc/client.ts';
import { useSettings } from '../rpc/settings.ts';
import { useAction } from '../rpc/use-action.ts';
import { Button } from '../ui/button.tsx';
import { Popover } from '../ui/dialogs/menu.tsx';
import { ErrorView } from '../ui/feedback/error-view.tsx';
import { TextInput } from '../ui/inputs/inputs.tsx';
import './author-field.css';

/** Who is annotating: the name every review, edit and vote is stored under. */
export function AuthorField() {
  const settings = useSettings();
  const [isOpen, setIsOpen] = useState(false);
  const author = settings.data?.author ?? '…';
  return (
    <Popover
      label="Annotator"
      align="end"
      isOpen={isOpen}
      onOpen={setIsOpen}
      trigger={
        <Button variant="ghost" icon={<UserRound size={14} />} title="Annotator name">
          <span className="truncate author-name">{author}</span>
        </Button>
      }
    >
      <AuthorForm
        author={settings.data?.author ?? ''}
        onSaved={() => {
          setIsOpen(false);
          settings.refetch();
        }}
      />
    </Popover>
  );
}

/** The name, to be changed. */
export function AuthorForm({ author, onSaved }: { author: string; onSaved: () => void }) {
  const [name, setName] = useState(author);
  const save = useAction(async () => {
    await rpc.app.setAuthor({ author: name.trim() });
    onSaved();
  });
  return (
    <form
      className="author-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      <TextInput
        label="Annotator name"
        hint="Stored with each of your reviews, edits and votes."
        value={name}
        onValue={setName}
        maxLength={100}
      />
      {save.error !== undefined && <ErrorView error={save.error} />}
      <Button
        type="submit"
        variant="primary"
        isBusy={save.isRunning}
        disabled={name.trim() === '' || name.trim() === author}
      >
        Save name
      </Button>
    </form>
  );
}
