import type { AnswersOfFile, PromptSet } from '../../../shared/domain/evaluate/evaluation.ts';
import { originsText } from '../../../shared/text/evaluate/answers.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { ThingLabels } from '../../ui/things/thing-labels.tsx';
import { ThingRow } from '../../ui/things/thing-menu.tsx';
import { useLabels } from '../../ui/things/things-store.ts';
import { useAnswers } from '../queries.ts';

/** The imported answers to a prompt set, each with how much of the set it answers; nothing without any. */
export function AnswersToSet({ set }: { set: PromptSet }) {
  const { data, error } = useAnswers();
  if (error !== undefined) return <ErrorView error={error} />;
  const imported = (data ?? []).filter(({ sets }) =>
    sets.some(({ promptSetId }) => promptSetId === set.id),
  );
  if (imported.length === 0) return null;
  return (
    <section aria-label="Imported answers">
      <h2 className="small dim">Imported answers</h2>
      <ul className="answers-to-set">
        {imported.map((answers) => (
          <AnswersRow key={answers.id} answers={answers} set={set} />
        ))}
      </ul>
    </section>
  );
}

function AnswersRow({ answers, set }: { answers: AnswersOfFile; set: PromptSet }) {
  const { id, name, sets } = answers;
  const labels = useLabels('answers')(id);
  const count = sets.find(({ promptSetId }) => promptSetId === set.id)?.answers ?? 0;
  const lacking = set.prompts - count;
  return (
    <ThingRow target={{ thing: 'answers', id, name, onDeleted: () => undefined }}>
      <div className="answers-row">
        <strong>
          <VisibleText text={name} />
        </strong>
        <span className="small dim">
          {formatQuantity(count, 'answer')}
          {lacking > 0 && `, ${formatQuantity(lacking, 'prompt')} without one`} · from{' '}
          <VisibleText text={originsText(answers)} />
        </span>
        <ThingLabels labels={labels} />
      </div>
    </ThingRow>
  );
}
