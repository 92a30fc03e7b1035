import { useState } from 'react';
import { Undo2, Vote } from 'lucide-react';
import type { Choice, ChoiceResult, ChoiceStudy } from '../../../shared/domain/runs/choice.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { choiceFigure } from '../../../shared/report/figures/choice-figure.ts';
import {
  choiceSentences,
  pickText,
  ratingColumns,
  ratingRows,
} from '../../../shared/text/evaluate/choice.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useLastData, useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { showToast } from '../../ui/feedback/toast.tsx';
import { FigureView } from '../../ui/figures/figure-view.tsx';
import { formatMoment } from '../../ui/format.ts';
import { goTo } from '../../ui/navigation.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { ChoiceForm } from './choice-form.tsx';
import './choice-section.css';

/** What is known about which checkpoint of a run is the best; undefined until it is loaded. */
export function useChoice(run: Run): Choice | undefined {
  const query = useQuery(['choices.get', run.id], () => rpc.choices.get({ runId: run.id }), [
    'runs',
    'evaluations',
    'probes',
  ]);
  return useLastData(query.data);
}

interface ChoiceSectionProps {
  run: Run;
  choice: Choice;
}

/** Choosing a checkpoint by blind votes: what is picked, what the votes say, and the way to more of them. */
export function ChoiceSection({ run, choice }: ChoiceSectionProps) {
  const [isSettingUp, setSettingUp] = useState(false);
  const open = choice.studies.filter(({ isRevealed }) => !isRevealed);
  const hasEpochs = choice.epochs.some(({ epoch }) => epoch > 0);
  const { pick, result } = choice;
  if (!hasEpochs && !pick && !result) return null;
  return (
    <section className="column choice" aria-label="Choose a checkpoint by votes">
      <div className="row row-wrap">
        <h2>Choose a checkpoint by votes</h2>
        <span className="spacer" />
        {open.length === 0 && hasEpochs && !isSettingUp && (
          <EditButton small icon={<Vote size={13} />} onClick={() => setSettingUp(true)}>
            {result ? 'More votes…' : 'Compare epochs blind…'}
          </EditButton>
        )}
      </div>
      <Picked choice={choice} />
      {open.map((study) => (
        <OpenStudy key={study.id} study={study} />
      ))}
      {isSettingUp && open.length === 0 && (
        <ChoiceForm run={run} choice={choice} onClose={() => setSettingUp(false)} />
      )}
      {result && <Result choice={choice} result={result} />}
    </section>
  );
}

function Picked({ choice }: { choice: Choice }) {
  const { runId, pick, canUndo } = choice;
  const undo = useAction(() => rpc.choices.undoPick({ runId }));
  return (
    <>
      <div className="row row-wrap">
        <span className={pick ? '' : 'dim'} role="status" aria-label="Picked checkpoint">
          <VisibleText text={pickText(choice, formatMoment)} />
        </span>
        {canUndo && (
          <EditButton
            small
            variant="ghost"
            icon={<Undo2 size={13} />}
            isBusy={undo.isRunning}
            onClick={() => void undo.run()}
          >
            Undo the last pick
          </EditButton>
        )}
      </div>
      {undo.error !== undefined && <ErrorView error={undo.error} />}
    </>
  );
}

function OpenStudy({ study: { id, name, votes, answered, answers } }: { study: ChoiceStudy }) {
  const isAnswered = answered >= answers;
  return (
    <div className="row row-wrap">
      <span>
        <VisibleText text={name} /> is blind: {formatQuantity(votes, 'vote')} so far
        {!isAnswered && `, ${answered} of ${formatQuantity(answers, 'answer')} there`}. Which epoch
        is which is told when it is revealed.
      </span>
      <Button small variant="primary" onClick={() => goTo({ tab: 'evaluate', studyId: id })}>
        {votes > 0 ? 'Go on voting' : 'Vote'}
      </Button>
    </div>
  );
}

function Result({ choice, result }: { choice: Choice; result: ChoiceResult }) {
  const { runId, pick: picked, epochs } = choice;
  const undo = useAction(() => rpc.choices.undoPick({ runId }));
  const pick = useAction(async (checkpointId: string, epoch: number) => {
    await rpc.choices.pick({ runId, checkpointId });
    showToast({
      text: `Epoch ${epoch} is picked: it is used where nobody names another.`,
      tone: 'good',
      action: { label: 'Undo', run: () => void undo.run() },
    });
  });
  const rows = ratingRows(result);
  const isThere = (epoch: number) => epochs.some((one) => one.epoch === epoch);
  return (
    <>
      {choiceSentences(result).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <FigureView
        figure={choiceFigure(result.ratings, { picked: picked?.epoch ?? null })}
        fileName="checkpoint-choice.svg"
        tableId={`choice-${runId}`}
      />
      <div className="choice-scroll" role="region" aria-label="Ratings of epochs, scrollable">
        <table className="table" aria-label="Ratings of epochs" id={`choice-${runId}`}>
          <thead>
            <tr>
              {ratingColumns.map((column) => (
                <th key={column} className="number">
                  {column}
                </th>
              ))}
              <th>Pick</th>
            </tr>
          </thead>
          <tbody>
            {result.ratings.map(({ epoch, checkpointId }, at) => (
              <tr key={epoch}>
                {(rows[at] ?? []).map((cell, column) => (
                  <td key={column} className="number">
                    {cell}
                  </td>
                ))}
                <td>
                  {checkpointId !== null && isThere(epoch) && (
                    <EditButton
                      small
                      aria-label={`Pick epoch ${epoch}`}
                      aria-pressed={picked?.epoch === epoch}
                      disabled={picked?.epoch === epoch}
                      isBusy={pick.isRunning}
                      onClick={() => void pick.run(checkpointId, epoch)}
                    >
                      {picked?.epoch === epoch ? 'Picked' : 'Pick'}
                    </EditButton>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pick.error !== undefined && <ErrorView error={pick.error} />}
    </>
  );
}
