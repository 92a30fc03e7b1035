import { formatCount, formatQuantity } from '../../../shared/text/numbers.ts';
import { allWholeText, notAsMeantText } from '../../../shared/text/xray.ts';
import { describeError } from '../../rpc/rpc-error.ts';
import { Button } from '../../ui/button.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';
import type { useSamplesAhead } from './samples-ahead.ts';

/** Which samples would not come as meant, found while the form stands there. */
export function SamplesAheadNote({ ahead }: { ahead: ReturnType<typeof useSamplesAhead> }) {
  const { phase, done, total, found, first, look, stop } = ahead;
  if (phase === 'none') return null;
  const isPart = phase !== 'counted' && done > 0;
  const more = found - first.length;
  return (
    <div className="column samples-ahead" role="group" aria-label="Samples">
      {phase === 'counting' && (
        <div className="row">
          <span className="small dim">
            Looking at the samples
            {total > 0 && `: ${formatCount(done)} of ${formatQuantity(total, 'sample')}`}
          </span>
          <Button small onClick={stop}>
            Stop looking
          </Button>
        </div>
      )}
      {phase === 'counting' && (
        <ProgressBar label="Looking at the samples" done={done} total={total} />
      )}
      {phase === 'counted' && found === 0 && <p className="small dim">{allWholeText}</p>}
      {found > 0 && (
        <div className="picker-why" role="note">
          {notAsMeantText(found)}
          {isPart && ` among the first ${formatCount(done)}`}:
          <ul>
            {first.map(({ sampleId, text }) => (
              <li key={sampleId}>{text}</li>
            ))}
          </ul>
          {more > 0 && `And ${formatCount(more)} more: the Token X-ray shows every one.`}
        </div>
      )}
      {phase === 'failed' && (
        <p className="picker-why" role="note">
          The samples could not be looked at: {describeError(ahead.error).message}
        </p>
      )}
      {(phase === 'offered' || phase === 'stopped' || phase === 'failed') && (
        <Button small onClick={look}>
          Look at the samples
        </Button>
      )}
    </div>
  );
}
