import { Eye } from 'lucide-react';
import type { EvaluationSummary } from '../../shared/contract/evaluate.ts';
import { formatQuantity } from '../../shared/text/numbers.ts';
import { rpc } from '../rpc/client.ts';
import { useAction } from '../rpc/use-action.ts';
import { Button } from '../ui/button.tsx';
import { confirmAction } from '../ui/dialogs/confirm.tsx';
import { ErrorView } from '../ui/feedback/error-view.tsx';
import { answerCounts } from './evaluation-stage.ts';

/** Ends the blind phase, after a question that says so. */
export function RevealButton({ summary }: { summary: EvaluationSummary }) {
  const reveal = useAction(async () => {
    const { voted, comparisons } = await rpc.evaluations.get({ id: summary.id });
    const isConfirmed = await confirmAction({
      title: `Reveal “${summary.name}”?`,
      body: revealBody({ voted, comparisons }),
      confirmLabel: 'Reveal',
      isDangerous: voted < comparisons,
    });
    if (isConfirmed) await rpc.evaluations.reveal({ id: summary.id });
  });
  const { done, total } = answerCounts(summary);
  const isDone = summary.voted >= summary.comparisons;
  return (
    <>
      <Button
        variant={isDone ? 'primary' : 'default'}
        icon={<Eye size={14} />}
        isBusy={reveal.isRunning}
        disabled={done < total}
        title={done < total ? 'All answers have to be generated first' : undefined}
        onClick={() => void reveal.run()}
      >
        Reveal…
      </Button>
      {reveal.error !== undefined && <ErrorView error={reveal.error} />}
    </>
  );
}

function revealBody({
  voted,
  comparisons,
}: Pick<EvaluationSummary, 'voted' | 'comparisons'>): string {
  const end = 'This ends the blind phase for good: afterwards nobody can vote on it.';
  if (voted >= comparisons) return `All ${comparisons} pairs have a vote. ${end}`;
  return `${formatQuantity(comparisons - voted, 'pair')} of ${comparisons} without a vote will be left out of the result. ${end}`;
}
