import { Fragment, memo, useId, useRef, useState, type KeyboardEvent } from 'react';
import { shiftClass, type ShiftedToken } from '../../shared/domain/chat/token-shift.ts';
import { formatCount } from '../../shared/text/numbers.ts';
import { shiftedTokenLines } from '../../shared/text/chat/token-shift.ts';
import { TokenText } from '../ui/text/token-text.tsx';

interface ShiftTokensProps {
  tokens: readonly ShiftedToken[];
  onClose: () => void;
}

/**
 * The tokens of an answer, each with its class by colour, line and weight. The numbers of one stand
 * below: of that under the pointer, or where the arrows are.
 */
export function ShiftTokens({ tokens, onClose }: ShiftTokensProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState(0);
  const [pointed, setPointed] = useState<number | null>(null);
  const choose = (index: number) => {
    setChosen(index);
    setPointed(null);
    list.current?.querySelector(`[data-place="${index}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  const shown = pointed ?? chosen;
  const token = tokens[shown];
  return (
    <>
      <div
        ref={list}
        className="token-shift-tokens"
        role="listbox"
        aria-label="Tokens of the answer"
        aria-orientation="horizontal"
        aria-activedescendant={`${id}-${chosen}`}
        tabIndex={0}
        onKeyDown={(event) => {
          const next = nextPlace(event, tokens, chosen);
          if (next === undefined && event.key !== 'Escape') return;
          event.preventDefault();
          event.stopPropagation();
          if (next === undefined) onClose();
          else choose(next);
        }}
        onPointerMove={({ target }) => setPointed(placeOf(target))}
        onPointerLeave={() => setPointed(null)}
        onClick={({ target }) => choose(placeOf(target) ?? chosen)}
      >
        {tokens.map((each, index) => (
          <Fragment key={index}>
            <Token id={`${id}-${index}`} place={index} token={each} isChosen={index === chosen} />
            <wbr />
          </Fragment>
        ))}
      </div>
      <div className="token-shift-facts small" role="status">
        {token && (
          <>
            <p>
              token {formatCount(shown + 1)} of {formatCount(tokens.length)}{' '}
              <span className={tokenClass(token)}>
                <TokenText text={token.piece.text} />
              </span>
            </p>
            {shiftedTokenLines(token).map((line) => (
              <p key={line}>{line}</p>
            ))}
          </>
        )}
      </div>
      <p className="faint small">
        ← and → go from token to token, ↑ and ↓ to those that the base would not have written;
        Escape closes.
      </p>
    </>
  );
}

interface TokenProps {
  id: string;
  place: number;
  token: ShiftedToken;
  isChosen: boolean;
}

const Token = memo(function Token({ id, place, token, isChosen }: TokenProps) {
  return (
    <span
      id={id}
      role="option"
      aria-selected={isChosen}
      data-place={place}
      className={tokenClass(token)}
      title={shiftedTokenLines(token).join('\n')}
    >
      <TokenText text={token.piece.text} />
    </span>
  );
});

const tokenClass = ({ piece, base }: ShiftedToken) =>
  `shift-token shift-${base ? shiftClass(base.rank) : 'unshifted'} token-${piece.kind}`;

function placeOf(target: EventTarget): number | null {
  const place =
    target instanceof Element && target.closest('[data-place]')?.getAttribute('data-place');
  return typeof place === 'string' ? Number(place) : null;
}

/** The base would have written another one. */
const isMoved = ({ base }: ShiftedToken) => base !== null && base.rank > 1;

/** Where a key leads from a token; `undefined` for keys that lead nowhere. */
function nextPlace(
  { key, ctrlKey, metaKey, altKey }: KeyboardEvent,
  tokens: readonly ShiftedToken[],
  from: number,
): number | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  const last = Math.max(0, tokens.length - 1);
  if (key === 'ArrowRight') return Math.min(last, from + 1);
  if (key === 'ArrowLeft') return Math.max(0, from - 1);
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  const found =
    key === 'ArrowDown'
      ? tokens.findIndex((token, index) => index > from && isMoved(token))
      : tokens.findLastIndex((token, index) => index < from && isMoved(token));
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return undefined;
  return found === -1 ? from : found;
}
