import { useState } from 'react';
import {
  asDialoguesHint,
  promptFileHint,
  repeatedText,
} from '../../../shared/text/evaluate/prompts.ts';
import { formatCount, formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { Checkbox } from '../../ui/inputs/inputs.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { setImporting, showEvaluate } from '../evaluate-store.ts';
import { ReadFileDialog, type FileToRead } from './read-file-dialog.tsx';

type Outcome = Awaited<ReturnType<typeof rpc.prompts.import>>;

/** Reads a file of prompts into a frozen set; bad lines are listed and left out. */
export function ImportPromptsDialog() {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [asDialogues, setAsDialogues] = useState(false);
  const read = async ({ path, name }: FileToRead, signal: AbortSignal) => {
    const named = name === '' ? {} : { name };
    const imported = await rpc.prompts.import({ path, asDialogues, ...named }, { signal });
    showEvaluate({ kind: 'prompts', id: imported.set.id });
    if (imported.errors.length === 0 && imported.repeated === 0) setImporting(false);
    else setOutcome(imported);
  };
  return (
    <ReadFileDialog
      title="Import prompts"
      nameLabel="Name (optional)"
      hint={promptFileHint}
      choices={
        <>
          <Checkbox
            label="Ask conversations as dialogues"
            isChecked={asDialogues}
            onChecked={setAsDialogues}
          />
          <p className="small dim">{asDialoguesHint}</p>
        </>
      }
      read={read}
      outcome={outcome ? <BadLines outcome={outcome} /> : undefined}
      onClose={() => setImporting(false)}
    />
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
