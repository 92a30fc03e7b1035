import { useState, type ReactNode } from 'react';
import type { NetworkStatus } from '../../../shared/contract/network.ts';
import {
  hasImportedAnswers,
  isEndpointSystem,
  type Contestant,
} from '../../../shared/domain/identity.ts';
import type { Rubric, RubricKind } from '../../../shared/domain/judge/rubric.ts';
import { rubricLabel } from '../../../shared/text/evaluate/judging.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { EmptyState, QueryView } from '../../ui/feedback/states.tsx';
import { Checkbox, Select } from '../../ui/inputs/inputs.tsx';
import { AddModelButton } from '../../ui/models/model-buttons.tsx';
import { useNetwork } from '../../ui/network/network.ts';
import {
  baseOf,
  newestSystem,
  systemProblem,
  useSystems,
  type AvailableModels,
} from '../../ui/systems/systems.ts';
import { ContestantPicker } from '../new/contestant-picker.tsx';
import { endpointProblem, firstEndpoint } from '../new/form-checks.ts';
import { useRubrics } from '../queries.ts';

interface JudgeFormProps {
  /** Names the form, and what its button does. */
  label: string;
  submit: string;
  note: ReactNode;
  /** Which rubrics are offered; all of them where nothing is said. */
  offers?: (kind: RubricKind) => boolean;
  /** Whether verdicts of earlier judgings may be taken over, and whether they may be asked anew. */
  takesOver?: boolean;
  /** Asks that judge with that rubric. */
  onStart: (judge: Contestant, rubricHash: string, isFresh: boolean) => Promise<unknown>;
}

/** Chooses a judge, a model or an endpoint, and the rubric that it is asked with. */
export function JudgeForm(props: JudgeFormProps) {
  const systems = useSystems();
  const rubrics = useRubrics();
  const network = useNetwork();
  return (
    <QueryView query={systems}>
      {(available) => (
        <QueryView query={rubrics}>
          {(texts) => (
            <QueryView query={network}>
              {(status) => <Fields {...props} {...{ available, texts, network: status }} />}
            </QueryView>
          )}
        </QueryView>
      )}
    </QueryView>
  );
}

interface FieldsProps extends JudgeFormProps {
  available: AvailableModels;
  texts: readonly Rubric[];
  network: NetworkStatus;
}

const saysOf: Record<RubricKind, string> = {
  pairwise: 'Each pair is shown in both orders; where they disagree it is a tie.',
  likert: 'Each answer is graded by itself, turn by turn in dialogues, from 1 to 6.',
  absolute: 'Each answer is graded by itself, turn by turn in dialogues: Excellent, Pass or Fail.',
  safety: 'Each answer to a prompt that is tagged as sensitive: safe or unsafe.',
};

function Fields({ label, submit, note, onStart, available, network, ...props }: FieldsProps) {
  const { offers = () => true, takesOver = false } = props;
  const texts = props.texts.filter(({ text }) => offers(text.kind));
  const [chosen, setChosen] = useState<Contestant | null>(null);
  const [hash, setHash] = useState('');
  const [isFresh, setFresh] = useState(false);
  const judge = chosen ?? firstJudge(available, network);
  const rubric = texts.find((one) => one.hash === hash) ?? texts[0];
  const start = useAction(async () => {
    if (judge && rubric) await onStart(judge, rubric.hash, isFresh);
  });
  if (!judge || !rubric)
    return (
      <EmptyState title="No model can judge yet" actions={<AddModelButton />}>
        Add the model that is to judge, or turn on an endpoint.
      </EmptyState>
    );
  const problem = judgeProblem(judge, available, network);
  return (
    <form
      className="column"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === undefined) void start.run();
      }}
    >
      <p className="small dim">{note}</p>
      <div role="group" aria-label="Judge">
        <ContestantPicker
          value={judge}
          available={available}
          network={network}
          isJudge
          onValue={setChosen}
        />
      </div>
      <Select
        label="Rubric"
        hint={saysOf[rubric.text.kind]}
        value={rubric.hash}
        options={texts.map((one) => ({ value: one.hash, label: rubricLabel(one) }))}
        onValue={setHash}
      />
      {takesOver && (
        <Checkbox
          label="Ask anew what the judge said before of the same words"
          isChecked={isFresh}
          onChecked={setFresh}
        />
      )}
      <div className="row">
        <Button
          type="submit"
          variant="primary"
          isBusy={start.isRunning}
          disabled={problem !== undefined}
          title={problem}
        >
          {submit}
        </Button>
        {problem !== undefined && <span className="small dim">{problem}</span>}
      </div>
      {start.error !== undefined && <ErrorView error={start.error} />}
    </form>
  );
}

/** A base model as it is: an adapter that is compared is rarely its own best judge. */
function firstJudge(available: AvailableModels, network: NetworkStatus): Contestant | null {
  const newest = newestSystem(available);
  if (newest) return baseOf(newest);
  return network.isEnabled && network.endpoints.length > 0 ? firstEndpoint(network) : null;
}

function judgeProblem(
  judge: Contestant,
  available: AvailableModels,
  network: NetworkStatus,
): string | undefined {
  if (hasImportedAnswers(judge)) return 'Imported answers cannot judge.';
  return isEndpointSystem(judge)
    ? endpointProblem(judge, network)
    : systemProblem(available, judge);
}

/** Asks a judge about a study or an evaluation. */
export const askJudge =
  (judged: { kind: 'study' | 'evaluation'; id: string }) =>
  (judge: Contestant, hash: string, isFresh: boolean) =>
    rpc.judgings.start({ judged, judge, rubricHash: hash, isFresh });
