import { useState } from 'react';
import { Play } from 'lucide-react';
import {
  defaultEpochs,
  epochsText,
  mostChosenEpochs,
  parseEpochs,
  type Choice,
} from '../../../shared/domain/runs/choice.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { Segments, Select, TextInput } from '../../ui/inputs/inputs.tsx';
import { goTo } from '../../ui/navigation.ts';

interface ChoiceFormProps {
  run: Run;
  choice: Choice;
  onClose: () => void;
}

const ofProbe = 'probe';

/** Sets up blind votes on epochs of a run. */
export function ChoiceForm({ run, choice, onClose }: ChoiceFormProps) {
  const kept = choice.epochs.map(({ epoch }) => epoch).filter((epoch) => epoch > 0);
  const [text, setText] = useState(epochsText(defaultEpochs(kept)));
  const [against, setAgainst] = useState<'each-other' | 'base'>(
    kept.length < 2 ? 'base' : 'each-other',
  );
  const sets = useQuery(['prompts.list'], () => rpc.prompts.list(), ['prompts']);
  const hasProbe = choice.probePrompts > 0;
  const [chosen, setChosen] = useState<string | null>(null);
  const prompts = chosen ?? (hasProbe ? ofProbe : (sets.data?.[0]?.id ?? ''));
  const obstacle = obstacleOf(text, kept, against) ?? (prompts === '' ? noPrompts : undefined);
  const create = useAction(async () => {
    const { studyId } = await rpc.choices.create({
      runId: run.id,
      epochs: parseEpochs(text) ?? [],
      againstBase: against === 'base',
      ...(prompts !== ofProbe && { promptSetId: prompts }),
    });
    onClose();
    goTo({ tab: 'evaluate', studyId });
  });
  const probe = {
    value: ofProbe,
    label: `Probe prompts · ${formatQuantity(choice.probePrompts, 'prompt')}, answered already`,
  };
  return (
    <form
      className="panel choice-form"
      aria-label="Votes on epochs"
      onSubmit={(event) => {
        event.preventDefault();
        if (obstacle === undefined) void create.run();
      }}
    >
      <div className="row row-wrap">
        <TextInput
          label="Epochs"
          hint={`As in 5-10 or 3,5,7; there are ${epochsText(kept)}.`}
          value={text}
          onValue={setText}
        />
        <Segments
          label="Compare"
          value={against}
          options={[
            { value: 'each-other', label: 'With each other' },
            { value: 'base', label: 'Each with the base' },
          ]}
          onValue={setAgainst}
        />
        <Select
          label="Prompts"
          value={prompts}
          options={[
            ...(hasProbe ? [probe] : []),
            ...(sets.data ?? []).map(({ id, name, prompts: count }) => ({
              value: id,
              label: `${name} · ${formatQuantity(count, 'prompt')}`,
            })),
          ]}
          onValue={setChosen}
        />
      </div>
      {create.error !== undefined && <ErrorView error={create.error} />}
      <div className="row row-wrap">
        <EditButton
          type="submit"
          variant="primary"
          icon={<Play size={14} />}
          disabled={obstacle !== undefined}
          isBusy={create.isRunning}
        >
          Start voting
        </EditButton>
        <Button onClick={onClose}>Cancel</Button>
        <span className="dim" role="status">
          {obstacle ??
            'Blind, the epochs that may be the best first: a few dozen votes may do. Answers that are there are not made again.'}
        </span>
      </div>
    </form>
  );
}

const noPrompts = 'Import a prompt set in Evaluate first: this run has no probe prompts.';

function obstacleOf(
  text: string,
  kept: readonly number[],
  against: 'each-other' | 'base',
): string | undefined {
  const epochs = parseEpochs(text);
  if (!epochs) return 'Write epochs as in 5-10 or 3,5,7.';
  const missing = epochs.filter((epoch) => !kept.includes(epoch));
  if (missing.length > 0) return `There is no checkpoint of epoch ${epochsText(missing)}.`;
  if (epochs.length > mostChosenEpochs) return `Name at most ${mostChosenEpochs} epochs.`;
  return against === 'each-other' && epochs.length < 2
    ? 'Name two epochs or more, or compare with the base.'
    : undefined;
}
