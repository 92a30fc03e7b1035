import { Eye, ListChecks } from 'lucide-react';
import type { EvaluationSummary } from '../../shared/contract/evaluate.ts';
import { formatQuantity } from '../../shared/text/numbers.ts';
import { rpc } from '../rpc/client.ts';
import { useAction } from '../rpc/use-action.ts';
import { useQuery } from '../rpc/use-query.ts';
import { EditButton } from '../ui/edit-button.tsx';
import { confirmAction } from '../ui/dialogs/dialog.tsx';
import { ErrorView } from '../ui/feedback/error-view.tsx';
import { showToast } from '../ui/feedback/toast.tsx';
import { answerCounts, votablePairs } from './evaluation-stage.ts';
import { usePromptSets } from './queries.ts';

/** Ends the blind phase, after a question that says so. */
export function RevealButton({ summary }: { summary: EvaluationSummary }) {
  const reveal = useAction(async () => {
    const now = await rpc.evaluations.get({ id: summary.id });
    const { voted } = now;
    const pairs = votablePairs(now);
    const isConfirmed = await confirmAction({
      title: `Reveal “${summary.name}”?`,
      body: revealBody({ voted, pairs }),
      confirmLabel: 'Reveal',
      isDangerous: voted < pairs,
    });
    if (isConfirmed) await rpc.evaluations.reveal({ id: summary.id });
  });
  const { done, total } = answerCounts(summary);
  const isDone = summary.voted >= votablePairs(summary);
  return (
    <>
      <EditButton
        variant={isDone ? 'primary' : 'default'}
        icon={<Eye size={14} />}
        isBusy={reveal.isRunning}
        disabled={done < total}
        title={done < total ? 'All answers have to be generated first' : undefined}
        onClick={() => void reveal.run()}
      >
        Reveal…
      </EditButton>
      {reveal.error !== undefined && <ErrorView error={reveal.error} />}
    </>
  );
}

function revealBody({ voted, pairs }: { voted: number; pairs: number }): string {
  const end = 'This ends the blind phase for good: afterwards nobody can vote on it.';
  if (pairs === 0) return `No pair has both answers, so there is nothing to vote on. ${end}`;
  if (voted >= pairs)
    return `${pairs === 1 ? 'The pair has' : `All ${formatQuantity(pairs, 'pair')} have`} a vote. ${end}`;
  return `${formatQuantity(pairs - voted, 'pair')} of ${pairs} without a vote will be left out of the result. ${end}`;
}

const explanation =
  'Where a prompt has an expected answer, the system whose answer contains it (as whole words) ' +
  'wins; both or neither is a tie. These votes count only while no person has voted.';

/** Offers the rule where the prompts have expected answers; shows nothing elsewhere. */
export function RuleVoteButton({ summary }: { summary: EvaluationSummary }) {
  const hasExpected = useHasExpected(summary.promptSetName);
  const cast = useAction(async () => {
    const question = { title: 'Vote by expected answers?', body: explanation };
    if (!(await confirmAction({ ...question, confirmLabel: 'Vote by rule' }))) return;
    const { votes } = await rpc.evaluations.voteByRule({ id: summary.id, rule: 'expected-answer' });
    showToast({ text: `${formatQuantity(votes, 'vote')} by rule stored.`, tone: 'good' });
  });
  if (!hasExpected) return null;
  return (
    <>
      <EditButton
        variant={summary.voted < votablePairs(summary) ? 'primary' : 'default'}
        icon={<ListChecks size={14} />}
        isBusy={cast.isRunning}
        title={explanation}
        disabled={summary.generatedA + summary.generatedB < 2 * summary.comparisons}
        onClick={() => void cast.run()}
      >
        Vote by expected answers…
      </EditButton>
      {cast.error !== undefined && <ErrorView error={cast.error} />}
    </>
  );
}

const mostPrompts = 100_000;

function useHasExpected(promptSetName: string): boolean {
  const id = usePromptSets().data?.find((set) => set.name === promptSetName)?.id;
  const query = useQuery(
    id === undefined ? null : ['evaluate.hasExpected', id],
    async () => {
      const { prompts } = await rpc.prompts.get({ id: id ?? '', limit: mostPrompts });
      return prompts.some((prompt) => prompt.expected !== null);
    },
    [],
  );
  return query.data ?? false;
}
