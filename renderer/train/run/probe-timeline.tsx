import { useRef, useState } from 'react';
import {
  mostShownEpochs,
  type Probe,
  type ProbeAnswer,
  type ShownEpochs,
} from '../../../shared/domain/runs/probe.ts';
import type { Checkpoint, Run } from '../../../shared/domain/run.ts';
import { formatCount } from '../../../shared/text/numbers.ts';
import { formatLoss } from '../../../shared/text/training.ts';
import { rpc } from '../../rpc/client.ts';
import { useLastData, useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/inputs/inputs.tsx';
import { AnswerText } from '../../ui/text/answer-text.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { useStickyHead } from './use-sticky-head.ts';
import './probe-timeline.css';

/** Answers to the probe prompts of a run: a row per prompt, a column per epoch, a few epochs at once. */
export function ProbeTimeline({ run, isBlind }: { run: Run; isBlind: boolean }) {
  const [shows, setShows] = useState(false);
  const [shown, setShown] = useState<ShownEpochs>({ which: 'last' });
  const input = { id: run.id, shown };
  const query = useQuery(['runs.probe', input], () => rpc.runs.probe(input), ['probes']);
  const probe = useLastData(query.data);
  if (!probe) return null;
  if (isBlind && !shows)
    return (
      <section className="column" aria-label="Probe prompts">
        <h2>Probe prompts</h2>
        <p className="dim">
          Epochs of this run are voted on blind: whoever reads here which answer is whose knows it
          while voting.
        </p>
        <div className="row">
          <Button small onClick={() => setShows(true)}>
            Show the answers all the same
          </Button>
        </div>
      </section>
    );
  return <Timeline run={run} probe={probe} shown={shown} onShown={setShown} />;
}

interface TimelineProps {
  run: Run;
  probe: Probe;
  shown: ShownEpochs;
  onShown: (shown: ShownEpochs) => void;
}

function Timeline({ run, probe, shown, onShown }: TimelineProps) {
  const epochs = [...new Set(probe.answers.map(({ epoch }) => epoch))];
  const { temperature, maxTokens } = probe.sampling;
  return (
    <section className="column" aria-label="Probe prompts">
      <div className="row">
        <h2>Probe prompts</h2>
        <span className="spacer" />
        <EpochChoice epochs={probe.epochs} shown={shown} onShown={onShown} />
      </div>
      <p className="small dim">
        {probe.name} · {temperature === 0 ? 'greedy' : `temperature ${temperature}`} · at most{' '}
        {formatCount(maxTokens)} tokens
        {epochs.length === 0 && ' · no answers yet'}
      </p>
      {epochs.length > 0 && <AnswerTable run={run} probe={probe} epochs={epochs} />}
    </section>
  );
}

const keyOfShown = (shown: ShownEpochs) =>
  shown.which === 'from' ? String(shown.epoch) : shown.which;

/** Chooses which epochs are shown, where there are more than stand side by side. */
function EpochChoice({
  epochs,
  shown,
  onShown,
}: Pick<Probe, 'epochs'> & Omit<TimelineProps, 'run' | 'probe'>) {
  const trained = epochs.filter((epoch) => epoch > 0);
  if (trained.length <= mostShownEpochs) return null;
  const choices: { shown: ShownEpochs; label: string }[] = [
    { shown: { which: 'last' }, label: `The last ${mostShownEpochs} epochs` },
    { shown: { which: 'spread' }, label: `${mostShownEpochs} from first to last` },
  ];
  for (let place = 0; place < trained.length; place += mostShownEpochs) {
    const epoch = trained[place] ?? 0;
    const last = trained[place + mostShownEpochs - 1] ?? trained.at(-1) ?? epoch;
    const label = `Epochs ${formatCount(epoch)} to ${formatCount(last)}`;
    choices.push({ shown: { which: 'from', epoch }, label });
  }
  return (
    <Select
      label="Epochs shown"
      hideLabel
      value={keyOfShown(shown)}
      options={choices.map((choice) => ({ value: keyOfShown(choice.shown), label: choice.label }))}
      onValue={(key) => {
        const choice = choices.find((one) => keyOfShown(one.shown) === key);
        if (choice) onShown(choice.shown);
      }}
    />
  );
}

interface AnswerTableProps {
  run: Run;
  probe: Probe;
  epochs: readonly number[];
}

function AnswerTable({ run, probe, epochs }: AnswerTableProps) {
  const box = useRef<HTMLDivElement>(null);
  useStickyHead(box);
  const answers = new Map(probe.answers.map((answer) => [keyOf(answer), answer]));
  const checkpoints = new Map(run.checkpoints.map((checkpoint) => [checkpoint.epoch, checkpoint]));
  return (
    <div
      ref={box}
      className="probe-scroll"
      role="region"
      aria-label="Answers to the probe prompts, scrollable"
      data-scroll-keys
    >
      <table className="probe-table" aria-label="Answers to the probe prompts">
        <thead>
          <tr>
            <th scope="col">Prompt</th>
            {epochs.map((epoch) => (
              <th key={epoch} scope="col">
                <EpochHeading epoch={epoch} checkpoint={checkpoints.get(epoch)} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {probe.prompts.map(({ ordinal, messages }) => (
            <tr key={ordinal}>
              <th scope="row">
                <VisibleText text={messages.at(-1)?.content ?? ''} />
              </th>
              {epochs.map((epoch) => (
                <td key={epoch}>
                  <ProbeAnswerText answer={answers.get(keyOf({ epoch, ordinal }))} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const keyOf = ({ epoch, ordinal }: Pick<ProbeAnswer, 'epoch' | 'ordinal'>) => `${epoch} ${ordinal}`;

interface EpochHeadingProps {
  epoch: number;
  checkpoint: Checkpoint | undefined;
}

function EpochHeading({ epoch, checkpoint }: EpochHeadingProps) {
  if (epoch === 0) return <>Base</>;
  return (
    <>
      Epoch {formatCount(epoch)}
      {checkpoint && <span className="dim small"> loss {formatLoss(checkpoint.meanLoss)}</span>}
    </>
  );
}

function ProbeAnswerText({ answer }: { answer: ProbeAnswer | undefined }) {
  if (!answer) return <span className="faint">not answered</span>;
  if (answer.finish === 'failed')
    return (
      <span className="faint">
        could not be asked: <VisibleText text={answer.output} />
      </span>
    );
  return (
    <>
      {answer.output === '' ? (
        <span className="faint">(empty)</span>
      ) : (
        <AnswerText text={answer.output} Body={VisibleText} />
      )}
      {answer.finish === 'length' && <span className="faint"> … cut</span>}
    </>
  );
}
