import { useState } from 'react';
import { Play, FileDown } from 'lucide-react';
import type { PromptSet } from '../../../shared/domain/evaluation.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { EditButton } from '../../ui/edit-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { EmptyState } from '../../ui/feedback/states.tsx';
import { TextInput, Segments, Select } from '../../ui/inputs/inputs.tsx';
import { NumberInput } from '../../ui/inputs/number-input.tsx';
import { AddModelButton } from '../../ui/models/model-buttons.tsx';
import { SamplingFields } from '../../ui/systems/sampling-fields.tsx';
import type { WantedEvaluation } from '../../ui/navigation.ts';
import { showEvaluate, setImporting } from '../evaluate-store.ts';
import {
  plannedAnswers,
  draftFor,
  startObstacle,
  type EvaluationContext,
  type EvaluationDraft,
} from './new-evaluation.ts';
import { ContestantPicker } from './contestant-picker.tsx';

interface NewEvaluationFormProps {
  context: EvaluationContext;
  promptSetId: string | undefined;
  wanted: WantedEvaluation | undefined;
}

/** Sets up a blind comparison of two systems on the same prompts. */
export function NewEvaluationForm({ context, promptSetId, wanted }: NewEvaluationFormProps) {
  // Only what a person chose is kept: defaults follow lists that come late, and nothing typed is lost.
  const [chosen, setChosen] = useState<Partial<EvaluationDraft>>({});
  const draft = { ...draftFor(context, promptSetId, wanted), ...chosen };
  const change = (edit: Partial<EvaluationDraft>) =>
    setChosen((current) => ({ ...current, ...edit }));
  const obstacle = startObstacle(draft, context);
  const create = useAction(async () => {
    const { evaluationId } = await rpc.evaluations.create(requestOf(draft));
    showEvaluate({ kind: 'evaluation', id: evaluationId });
  });
  const { a, b } = draft;
  const answers = plannedAnswers(draft, context.sets);
  if (!a || !b)
    return (
      <EmptyState title="No model yet" actions={<AddModelButton />}>
        An evaluation compares two systems: base models, with or without an adapter, or answers that
        you import on the page of a prompt set.
      </EmptyState>
    );
  return (
    <form
      className="evaluate-page evaluate-form"
      aria-label="New evaluation"
      tabIndex={-1}
      data-work
      onSubmit={(event) => {
        event.preventDefault();
        if (obstacle === undefined) void create.run();
      }}
    >
      <h1>New evaluation</h1>
      <TextInput
        label="Name"
        value={draft.name}
        maxLength={100}
        onValue={(name) => change({ name })}
      />
      <PromptChoice draft={draft} sets={context.sets} onChange={change} />
      <fieldset>
        <legend>System A</legend>
        <ContestantPicker
          value={a}
          available={context.available}
          answers={context.answers}
          onValue={(system) => change({ a: system })}
        />
      </fieldset>
      <fieldset>
        <legend>System B</legend>
        <ContestantPicker
          value={b}
          available={context.available}
          answers={context.answers}
          onValue={(system) => change({ b: system })}
        />
      </fieldset>
      <fieldset>
        <legend>Generation, the same for both</legend>
        <SamplingFields value={draft.sampling} onValue={(sampling) => change({ sampling })} />
        <div className="evaluate-form-pair">
          <NumberInput
            label="Prompts at a time"
            hint="At most, and as memory allows. It changes no answer on a CPU, only how long all take."
            value={draft.parallel}
            onValue={(parallel) => change({ parallel })}
          />
          <NumberInput
            label="Seed of sides and of the choice"
            hint="Which answer stands on the left: random, balanced, repeatable."
            value={draft.seed}
            onValue={(seed) => change({ seed })}
          />
        </div>
      </fieldset>
      {create.error !== undefined && <ErrorView error={create.error} />}
      <div className="row">
        <EditButton
          type="submit"
          variant="primary"
          icon={<Play size={14} />}
          disabled={obstacle !== undefined}
          isBusy={create.isRunning}
        >
          {answers === 0 ? 'Compare' : `Generate ${formatQuantity(answers, 'answer')}`}
        </EditButton>
        <span className="dim" role="status">
          {obstacle ?? 'Answers are stored one by one; voting is blind until you reveal.'}
        </span>
      </div>
    </form>
  );
}

function requestOf(draft: EvaluationDraft): Parameters<typeof rpc.evaluations.create>[0] {
  const { name, promptSetId, sampling, parallel, seed, a, b } = draft;
  if (!a || !b) throw new Error('Both systems have to be chosen before an evaluation starts.');
  const some = draft.usesAll ? {} : { prompts: draft.prompts };
  return { name: name.trim(), promptSetId, a, b, sampling, parallel, seed, ...some };
}

interface PromptChoiceProps {
  draft: EvaluationDraft;
  sets: readonly PromptSet[];
  onChange: (change: Partial<EvaluationDraft>) => void;
}

/** Which prompts to compare on: a set, and all of it or some chosen by the seed. */
function PromptChoice({ draft, sets, onChange }: PromptChoiceProps) {
  if (sets.length === 0)
    return (
      <div className="row">
        <span className="dim">There is no prompt set yet.</span>
        <EditButton small icon={<FileDown size={13} />} onClick={() => setImporting(true)}>
          Import prompts…
        </EditButton>
      </div>
    );
  const options = sets.map((set) => ({
    value: set.id,
    label: `${set.name} · ${formatQuantity(set.prompts, 'prompt')}`,
  }));
  const isKnown = sets.some(({ id }) => id === draft.promptSetId);
  return (
    <div className="evaluate-form-prompts">
      <Select
        label="Prompt set"
        value={draft.promptSetId}
        options={isKnown ? options : [{ value: draft.promptSetId, label: 'Choose…' }, ...options]}
        onValue={(promptSetId) => onChange({ promptSetId })}
      />
      <Segments
        label="How many prompts"
        value={draft.usesAll ? 'all' : 'some'}
        options={[
          { value: 'all', label: 'All' },
          { value: 'some', label: 'Some, by seed' },
        ]}
        onValue={(value) => onChange({ usesAll: value === 'all' })}
      />
      {!draft.usesAll && (
        <NumberInput
          label="Number of prompts"
          value={draft.prompts}
          onValue={(prompts) => onChange({ prompts })}
        />
      )}
    </div>
  );
}
