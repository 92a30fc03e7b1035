import { useState } from 'react';
import type { PromptSet } from '../../../shared/domain/evaluate/evaluation.ts';
import { answerRemarks, answersText, missingText } from '../../../shared/text/evaluate/answers.ts';
import { formatCount } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { ReadFileDialog, type FileToRead } from './read-file-dialog.tsx';

type Outcome = Awaited<ReturnType<typeof rpc.answers.import>>;

interface ImportAnswersDialogProps {
  set: PromptSet;
  onClose: () => void;
}

/** Reads the answers of a system that cannot run here, and says what became of every row. */
export function ImportAnswersDialog({ set, onClose }: ImportAnswersDialogProps) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const read = async (file: FileToRead, signal: AbortSignal) =>
    setOutcome(await rpc.answers.import({ ...file, promptSetId: set.id }, { signal }));
  return (
    <ReadFileDialog
      title="Import answers"
      intro={
        <p className="dim">
          Answers to “<VisibleText text={set.name} />” of a system that cannot run here. They are
          compared as any other; what gave them is what the file says.
        </p>
      }
      nameLabel="Name of the system"
      hint="JSON Lines or a JSON list with prompt and output, AlpacaEval model outputs, what lima generate writes, or conversations that end with the answer."
      nameNeeded="Give the system a name"
      read={read}
      outcome={outcome ? <ImportedAnswers outcome={outcome} /> : undefined}
      onClose={onClose}
    />
  );
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
