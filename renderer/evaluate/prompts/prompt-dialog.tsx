import { useState } from 'react';
import type { TaggedPrompt } from '../../../shared/contract/prompts.ts';
import { promptProblem, type EditedPrompt } from '../../../shared/domain/evaluate/prompt-edit.ts';
import { promptTagNameSchema } from '../../../shared/domain/evaluate/prompt-tags.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { TextArea, TextInput } from '../../ui/inputs/inputs.tsx';

interface PromptDialogProps {
  /** The prompt that is rewritten; a new one without. */
  prompt: TaggedPrompt | null;
  save: (prompt: EditedPrompt) => Promise<void>;
  onClose: () => void;
}

const tagsOf = (text: string) =>
  text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');

/** Writes one prompt: its question, what is expected, tags, licence and source. */
export function PromptDialog({ prompt, save, onClose }: PromptDialogProps) {
  const [earlier, question] = [prompt?.messages.slice(0, -1) ?? [], prompt?.messages.at(-1)];
  const [text, setText] = useState(question?.content ?? '');
  const [expected, setExpected] = useState(prompt?.expected ?? '');
  const [tags, setTags] = useState(prompt?.tags.map(({ tag }) => tag).join(', ') ?? '');
  const [license, setLicense] = useState(prompt?.license ?? '');
  const [source, setSource] = useState(prompt?.source ?? '');
  const messages = [...earlier, { role: 'user' as const, content: text }];
  const wrongTag = tagsOf(tags).find((tag) => !promptTagNameSchema.safeParse(tag).success);
  const tagError =
    wrongTag === undefined ? undefined : `“${wrongTag}” is no tag: at most 60 letters`;
  const problem = promptProblem(messages) ?? tagError;
  const saving = useAction(async () => {
    await save({
      messages,
      expected: expected === '' ? null : expected,
      license,
      source,
      tags: tagsOf(tags),
    });
    onClose();
  });
  return (
    <Dialog
      title={prompt ? `Edit prompt ${prompt.ordinal + 1}` : 'Add a prompt'}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <EditButton
            type="submit"
            form="prompt-form"
            variant="primary"
            disabled={problem !== undefined}
            title={problem}
            isBusy={saving.isRunning}
          >
            Save
          </EditButton>
        </>
      }
    >
      <form
        id="prompt-form"
        className="column"
        onSubmit={(event) => {
          event.preventDefault();
          if (problem === undefined) void saving.run();
        }}
      >
        <TextArea
          label="Question"
          rows={5}
          data-autofocus
          value={text}
          onValue={setText}
          hint={earlier.length > 0 ? 'The last turn; those before it stay as they are.' : undefined}
        />
        <TextArea
          label="Expected answer (optional)"
          rows={2}
          value={expected}
          onValue={setExpected}
          hint="What a right answer contains, for votes and counts by rule."
        />
        <TextInput
          label="Tags, separated by commas"
          value={tags}
          onValue={setTags}
          error={tagError}
          hint="Answers to sensitive prompts are also graded as safe or unsafe."
        />
        <TextInput label="Licence" value={license} onValue={setLicense} maxLength={1000} />
        <TextInput label="Source" value={source} onValue={setSource} maxLength={1000} />
      </form>
      {saving.error !== undefined && <ErrorView error={saving.error} />}
    </Dialog>
  );
}
