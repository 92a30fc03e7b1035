import { useState } from 'react';
import { Plus, Trash2 } from 'lucide-react';
import type { Contestant } from '../../../shared/domain/identity.ts';
import type { PromptSet } from '../../../shared/domain/evaluate/evaluation.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { planText } from '../../../shared/report/study/study-words.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState, QueryView } from '../../ui/feedback/states.tsx';
import { Checkbox, Segments, TextInput } from '../../ui/inputs/inputs.tsx';
import { NumberInput } from '../../ui/inputs/number-input.tsx';
import { AddModelButton } from '../../ui/models/model-buttons.tsx';
import { showEvaluate } from '../evaluate-store.ts';
import { ContestantPicker } from '../new/contestant-picker.tsx';
import {
  BothBadField,
  GenerationFields,
  NoPromptSet,
  PromptAmountFields,
  StartRow,
} from '../new/form-fields.tsx';
import { WithFormLists } from '../new/form-lists.tsx';
import { useStudies } from '../queries.ts';
import {
  nextSystem,
  studyDraftFor,
  studyObstacle,
  studyPlan,
  type StudyContext,
  type StudyDraft,
} from './new-study.ts';

/** Sets up a study once everything that it is made of is known. */
export function NewStudy() {
  const studies = useStudies();
  return (
    <WithFormLists>
      {({ evaluations, ...lists }) => (
        <QueryView query={studies}>
          {(others) => <NewStudyForm context={{ ...lists, taken: [...evaluations, ...others] }} />}
        </QueryView>
      )}
    </WithFormLists>
  );
}

function NewStudyForm({ context }: { context: StudyContext }) {
  // Only what a person chose is kept: defaults follow lists that come late, and nothing typed is lost.
  const [chosen, setChosen] = useState<Partial<StudyDraft>>({});
  const draft = { ...studyDraftFor(context), ...chosen };
  const change = (edit: Partial<StudyDraft>) => setChosen((current) => ({ ...current, ...edit }));
  const obstacle = studyObstacle(draft, context);
  const plan = studyPlan(draft, context.sets);
  const pace = useQuery(['studies.pace'], () => rpc.studies.pace(), ['evaluations']);
  const create = useAction(async () => {
    const { usesAll, prompts, name, ...rest } = draft;
    const some = usesAll ? {} : { prompts };
    const { studyId } = await rpc.studies.create({ ...rest, ...some, name: name.trim() });
    showEvaluate({ kind: 'study', id: studyId });
  });
  if (draft.systems.length === 0)
    return (
      <EmptyState title="No model yet" actions={<AddModelButton />}>
        A study compares systems: base models, with or without an adapter, or answers that you
        import on the page of a prompt set.
      </EmptyState>
    );
  return (
    <form
      className="evaluate-page evaluate-form"
      aria-label="New study"
      tabIndex={-1}
      data-work
      onSubmit={(event) => {
        event.preventDefault();
        if (obstacle === undefined) void create.run();
      }}
    >
      <h1>New study</h1>
      <TextInput
        label="Name"
        hint="Whoever votes sees it: name no system."
        value={draft.name}
        maxLength={100}
        onValue={(name) => change({ name })}
      />
      <Segments
        label="Design"
        value={draft.design}
        options={[
          { value: 'focus', label: 'One against the others' },
          { value: 'round-robin', label: 'All against all' },
        ]}
        onValue={(design) => change({ design })}
      />
      <SystemList draft={draft} context={context} onChange={change} />
      <PromptSets draft={draft} sets={context.sets} onChange={change} />
      <fieldset>
        <legend>Annotators</legend>
        <div className="evaluate-form-pair">
          <NumberInput
            label="Percent of pairs that everybody votes on"
            hint="For agreement. Each other pair is for whoever comes to it first."
            value={draft.overlapPercent}
            onValue={(overlapPercent) => change({ overlapPercent })}
          />
          <NumberInput
            label="Pairs for calibration"
            hint="They come first in each queue, for everybody."
            value={draft.calibrationItems}
            onValue={(calibrationItems) => change({ calibrationItems })}
          />
        </div>
        <BothBadField draft={draft} onChange={change} />
      </fieldset>
      <GenerationFields
        legend="Generation, the same for all"
        seed={{
          label: 'Seed',
          hint: 'Of the choice of prompts and the queues; sides are random and balanced, from the next seeds that no other evaluation has.',
        }}
        draft={draft}
        onChange={change}
      />
      <p className="dim" role="note" aria-label="Size of the study">
        {planText(plan, pace.data)}
      </p>
      <StartRow
        label={
          plan.answers === 0 ? 'Compare' : `Generate ${formatQuantity(plan.answers, 'answer')}`
        }
        obstacle={obstacle}
        note="An answer that is stored already is not made again."
        create={create}
      />
    </form>
  );
}

type OnChange = (change: Partial<StudyDraft>) => void;

interface SystemListProps {
  draft: StudyDraft;
  context: StudyContext;
  onChange: OnChange;
}

function SystemList({ draft: { systems, design }, context, onChange }: SystemListProps) {
  const { available, answers, network } = context;
  const replace = (at: number, system: Contestant) =>
    onChange({ systems: systems.with(at, system) });
  return (
    <>
      {systems.map((system, at) => (
        <fieldset key={at}>
          <legend>{design === 'focus' && at === 0 ? 'Focus' : `System ${at + 1}`}</legend>
          <ContestantPicker
            value={system}
            available={available}
            answers={answers}
            network={network}
            onValue={(changed) => replace(at, changed)}
          />
          {systems.length > 2 && (
            <div className="row">
              <Button
                small
                variant="ghost"
                icon={<Trash2 size={13} />}
                aria-label={`Remove system ${at + 1}`}
                onClick={() => onChange({ systems: systems.toSpliced(at, 1) })}
              >
                Remove
              </Button>
            </div>
          )}
        </fieldset>
      ))}
      <div className="row">
        <Button
          small
          icon={<Plus size={13} />}
          onClick={() => onChange({ systems: [...systems, nextSystem(systems, context)] })}
        >
          Add a system
        </Button>
      </div>
    </>
  );
}

interface PromptSetsProps {
  draft: StudyDraft;
  sets: readonly PromptSet[];
  onChange: OnChange;
}

function PromptSets({ draft, sets, onChange }: PromptSetsProps) {
  const { promptSetIds } = draft;
  const toggle = (id: string, isChosen: boolean) =>
    onChange({
      promptSetIds: isChosen ? [...promptSetIds, id] : promptSetIds.filter((one) => one !== id),
    });
  return (
    <fieldset>
      <legend>Prompt sets</legend>
      {sets.map(({ id, name, prompts: count }) => (
        <Checkbox
          key={id}
          label={`${name} · ${formatQuantity(count, 'prompt')}`}
          isChecked={promptSetIds.includes(id)}
          onChecked={(isChosen) => toggle(id, isChosen)}
        />
      ))}
      {sets.length === 0 && <NoPromptSet />}
      <div className="row">
        <PromptAmountFields label="Prompts of each set" draft={draft} onChange={onChange} />
      </div>
    </fieldset>
  );
}
