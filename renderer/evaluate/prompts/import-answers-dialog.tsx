import { useEffect, useRef, useState } from 'react';
import type { PromptSet } from '../../../shared/domain/evaluation.ts';
import { answerRemarks, answersText, missingText } from '../../../shared/text/answers.ts';
import { formatCount } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { PathField } from '../../ui/files/path-field.tsx';
import { TextInput } from '../../ui/inputs/inputs.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';

type Outcome = Awaited<ReturnType<typeof rpc.answers.import>>;

interface ImportAnswersDialogProps {
  set: PromptSet;
  onClose: () => void;
}

/** Reads the answers of a system that cannot run here, and says what became of every row. */
export function ImportAnswersDialog({ set, onClose }: ImportAnswersDialogProps) {
  const [path, setPath] = useState('');
  const [name, setName] = useState('');
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const stopping = useRef<AbortController>(null);
  // Closing the dialog, however it happens, ends the reading of the file.
  useEffect(() => () => stopping.current?.abort(), []);
  const read = useAction(async () => {
    stopping.current = new AbortController();
    const { signal } = stopping.current;
    const input = { path: path.trim(), promptSetId: set.id, name: name.trim() };
    setOutcome(await rpc.answers.import(input, { signal }));
  });
  const obstacle = obstacleOf(path, name);
  return (
    <Dialog
      title="Import answers"
      onClose={onClose}
      footer={
        outcome ? (
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <EditButton
              type="submit"
              form="import-answers"
              variant="primary"
              disabled={obstacle !== undefined}
              title={obstacle}
              isBusy={read.isRunning}
            >
              Import
            </EditButton>
          </>
        )
      }
    >
      {outcome ? (
        <ImportedAnswers outcome={outcome} />
      ) : (
        <form
          id="import-answers"
          className="column"
          onSubmit={(event) => {
            event.preventDefault();
            if (obstacle === undefined) void read.run();
          }}
        >
          <p className="dim">
            Answers to “<VisibleText text={set.name} />” of a system that cannot run here. They are
            compared as any other; what gave them is what the file says.
          </p>
          <PathField
            label="File"
            value={path}
            onValue={setPath}
            request={{ purpose: 'prompts', title: 'Import answers' }}
          />
          <TextInput
            label="Name of the system"
            value={name}
            onValue={setName}
            maxLength={100}
            hint="JSON Lines or a JSON list with prompt and output, AlpacaEval model outputs, what lima generate writes, or conversations that end with the answer."
          />
        </form>
      )}
      {read.error !== undefined && <ErrorView error={read.error} />}
    </Dialog>
  );
}

function obstacleOf(path: string, name: string): string | undefined {
  if (path.trim() === '') return 'Choose a file first';
  return name.trim() === '' ? 'Give the system a name' : undefined;
}

const mostShown = 200;

function ImportedAnswers({ outcome }: { outcome: Outcome }) {
  const remarks = answerRemarks(outcome);
  return (
    <>
      <p role="status">{answersText(outcome)}</p>
      {outcome.missingTotal > 0 && <p>{missingText(outcome)}</p>}
      {remarks.length > 0 && (
        <table className="table" aria-label="Left out or missing">
          <thead>
            <tr>
              <th>Where</th>
              <th>What</th>
            </tr>
          </thead>
          <tbody>
            {remarks.slice(0, mostShown).map(({ where, what }, index) => (
              <tr key={index}>
                <td>{where}</td>
                <td>
                  <VisibleText text={what} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {remarks.length > mostShown && (
        <p className="dim">The first {formatCount(mostShown)} are shown.</p>
      )}
    </>
  );
}
