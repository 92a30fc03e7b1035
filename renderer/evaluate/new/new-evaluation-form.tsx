import { useState } from 'react';
import type { PromptSet } from '../../../shared/domain/evaluate/evaluation.ts';
import { promptCount } from '../../../shared/text/evaluate/prompts.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { EmptyState } from '../../ui/feedback/states.tsx';
import { TextInput, Select } from '../../ui/inputs/inputs.tsx';
import { AddModelButton } from '../../ui/models/model-buttons.tsx';
import type { WantedEvaluation } from '../../ui/navigation.ts';
import { showEvaluate } from '../evaluate-store.ts';
import { plannedAnswers, draftFor, startObstacle, type EvaluationDraft } from './new-evaluation.ts';
import { ContestantPicker } from './contestant-picker.tsx';
import {
  BothBadField,
  GenerationFields,
  NoPromptSet,
  PromptAmountFields,
  StartRow,
} from './form-fields.tsx';
import type { FormLists } from './form-lists.tsx';

interface NewEvaluationFormProps {
  context: FormLists;
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
          network={context.network}
          onValue={(system) => change({ a: system })}
        />
      </fieldset>
      <fieldset>
        <legend>System B</legend>
        <ContestantPicker
          value={b}
          available={context.available}
          answers={context.answers}
          network={context.network}
          onValue={(system) => change({ b: system })}
        />
      </fieldset>
      <BothBadField draft={draft} onChange={change} />
      <GenerationFields
        legend="Generation, the same for both"
        seed={{
          label: 'Seed of sides and of the choice',
          hint: 'Which answer stands on the left: random, balanced; the next seed that no other evaluation has.',
        }}
        draft={draft}
        onChange={change}
      />
      <StartRow
        label={answers === 0 ? 'Compare' : `Generate ${formatQuantity(answers, 'answer')}`}
        obstacle={obstacle}
        note="Answers are stored one by one; voting is blind until you reveal."
        create={create}
      />
    </form>
  );
}

function requestOf(draft: EvaluationDraft): Parameters<typeof rpc.evaluations.create>[0] {
  const { name, promptSetId, sampling, parallel, seed, bothBad, a, b } = draft;
  if (!a || !b) throw new Error('Both systems have to be chosen before an evaluation starts.');
  const some = draft.usesAll ? {} : { prompts: draft.prompts };
  const answering = { sampling, parallel, seed, bothBad };
  return { name: name.trim(), promptSetId, a, b, ...answering, ...some };
}

interface PromptChoiceProps {
  draft: EvaluationDraft;
  sets: readonly PromptSet[];
  onChange: (change: Partial<EvaluationDraft>) => void;
}

/** Which prompts to compare on: a set, and all of it or some chosen by the seed. */
function PromptChoice({ draft, sets, onChange }: PromptChoiceProps) {
  if (sets.length === 0) return <NoPromptSet />;
  const options = sets.map((set) => ({
    value: set.id,
    label: `${set.name} · ${promptCount(set)}`,
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
      <PromptAmountFields label="Number of prompts" draft={draft} onChange={onChange} />
    </div>
  );
}
