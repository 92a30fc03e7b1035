import { X } from 'lucide-react';
import { shiftClasses, type TokenShift } from '../../shared/domain/chat/token-shift.ts';
import { formatCount, formatQuantity } from '../../shared/text/numbers.ts';
import { noShiftText, shiftCountText, shiftMeanings } from '../../shared/text/chat/token-shift.ts';
import { IconButton } from '../ui/button.tsx';
import { ErrorView } from '../ui/feedback/error-view.tsx';
import { ProgressBar } from '../ui/feedback/progress.tsx';
import type { AvailableModels } from '../ui/systems/systems.ts';
import { useTokenShift, type MeasuredTurn, type Measuring } from './measure-shift.ts';
import { ShiftTokens } from './shift-tokens.tsx';
import './token-shift.css';

interface TokenShiftPanelProps {
  measured: MeasuredTurn;
  available: AvailableModels;
  onClose: () => void;
}

/** How likely each token of an answer was, and which of them its base would not have written. */
export function TokenShiftPanel({ measured, available, onClose }: TokenShiftPanelProps) {
  const { measuring, retry } = useTokenShift(measured, available);
  return (
    <section className="token-shift" aria-label="Token shift">
      <header className="token-shift-head">
        <h3>Token shift against the base</h3>
        <IconButton small label="Close the token shift" onClick={onClose}>
          <X size={13} />
        </IconButton>
      </header>
      {measuring.phase === 'measuring' && <Waiting {...measuring} />}
      {measuring.phase === 'failed' && <ErrorView error={measuring.error} onRetry={retry} />}
      {measuring.phase === 'measured' && <Measured shift={measuring.shift} onClose={onClose} />}
    </section>
  );
}

function Waiting({ done, total }: Extract<Measuring, { phase: 'measuring' }>) {
  const far =
    total === 0
      ? 'Loading the model and reading the prompt…'
      : `Measuring: ${formatCount(done)} of ${formatQuantity(total, 'token')}`;
  return (
    <div className="column">
      <p className="dim small" role="status">
        {far}
      </p>
      <ProgressBar label="Tokens measured" done={done} total={total} />
    </div>
  );
}

interface MeasuredProps {
  shift: TokenShift;
  onClose: () => void;
}

function Measured({ shift: { tokens, totals }, onClose }: MeasuredProps) {
  return (
    <>
      {totals ? (
        <ul className="token-shift-legend small" aria-label="Totals">
          {shiftClasses.map((kind) => (
            <li key={kind}>
              <span>
                <span className={`shift-token shift-${kind}`}>{kind}</span>
              </span>
              <strong>{shiftCountText(totals, kind)}</strong>
              <span className="dim">{shiftMeanings[kind]}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p className="dim small">{noShiftText} Its own probabilities are shown.</p>
      )}
      <ShiftTokens tokens={tokens} onClose={onClose} />
    </>
  );
}
