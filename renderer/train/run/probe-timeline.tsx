import { useRef } from 'react';
import type { Probe, ProbeAnswer } from '../../../shared/domain/probe.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { formatCount } from '../../../shared/text/numbers.ts';
import { formatLoss } from '../../../shared/text/training.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { useStickyHead } from './use-sticky-head.ts';
import './probe-timeline.css';

/** Answers to the probe prompts of a run: a row per prompt, a column per epoch. */
export function ProbeTimeline({ run }: { run: Run }) {
  const probe = useQuery(['runs.probe', run.id], () => rpc.runs.probe({ id: run.id }), ['runs']);
  if (!probe.data) return null;
  return <Timeline run={run} probe={probe.data} />;
}

function Timeline({ run, probe }: { run: Run; probe: Probe }) {
  const epochs = [...new Set(probe.answers.map(({ epoch }) => epoch))];
  const { temperature, maxTokens } = probe.sampling;
  return (
    <section className="column" aria-label="Probe prompts">
      <h2>Probe prompts</h2>
      <p className="small dim">
        {probe.name} · {temperature === 0 ? 'greedy' : `temperature ${temperature}`} · at most{' '}
        {formatCount(maxTokens)} tokens
        {epochs.length === 0 && ' · no answers yet'}
      </p>
      {epochs.length > 0 && <AnswerTable run={run} probe={probe} epochs={epochs} />}
    </section>
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
  return (
    <div ref={box} className="probe-scroll">
      <table className="probe-table" aria-label="Answers to the probe prompts">
        <thead>
          <tr>
            <th scope="col">Prompt</th>
            {epochs.map((epoch) => (
              <th key={epoch} scope="col">
                <EpochHeading run={run} epoch={epoch} />
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
                  <AnswerText answer={answers.get(keyOf({ epoch, ordinal }))} />
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

function EpochHeading({ run, epoch }: { run: Run; epoch: number }) {
  if (epoch === 0) return <>Base</>;
  const checkpoint = run.checkpoints.find((each) => each.epoch === epoch);
  return (
    <>
      Epoch {formatCount(epoch)}
      {checkpoint && <span className="dim small"> loss {formatLoss(checkpoint.meanLoss)}</span>}
    </>
  );
}

function AnswerText({ answer }: { answer: ProbeAnswer | undefined }) {
  if (!answer) return <span className="faint">not answered</span>;
  return (
    <>
      {answer.output === '' ? (
        <span className="faint">(empty)</span>
      ) : (
        <VisibleText text={answer.output} />
      )}
      {answer.finish === 'length' && <span className="faint"> … cut</span>}
    </>
  );
}
