import {
  shiftClass,
  shiftClasses,
  type ShiftClass,
  type ShiftedToken,
  type ShiftTotals,
  type TokenLikelihood,
} from '../../domain/chat/token-shift.ts';
import { formatCount, formatPercent, formatQuantity } from '../numbers.ts';

/** What a class means, for legends. */
export const shiftMeanings: Readonly<Record<ShiftClass, string>> = {
  unshifted: 'first choice of the base, too',
  marginal: 'second or third choice of the base',
  shifted: 'beyond the third choice of the base',
};

/** Said where an answer has no base to be compared with. */
export const noShiftText =
  'This system is a base itself: there is nothing that it was shifted from.';

/** How many tokens are of a class: `12 (8.3 %)`. */
export function shiftCountText(totals: ShiftTotals, kind: ShiftClass): string {
  const share = totals.tokens === 0 ? 0 : totals[kind] / totals.tokens;
  return `${formatCount(totals[kind])} (${formatPercent(share)})`;
}

/** The totals of an answer in one line. */
export function shiftTotalsText(totals: ShiftTotals): string {
  const counts = shiftClasses.map((kind) => `${kind} ${shiftCountText(totals, kind)}`);
  return `${formatQuantity(totals.tokens, 'token')}: ${counts.join(', ')}`;
}

/** A probability in percent, small ones with the digits that tell them apart. */
export function probabilityText(probability: number): string {
  const percent = 100 * probability;
  if (percent === 0) return '0 %';
  return percent < 0.1 ? `${percent.toExponential(1)} %` : `${percent.toFixed(1)} %`;
}

const likelihoodText = ({ probability, rank }: TokenLikelihood) =>
  `${probabilityText(probability)}, rank ${formatCount(rank)}`;

/** What was found of a token, in lines. */
export function shiftedTokenLines(token: ShiftedToken): string[] {
  const own = `this system: ${likelihoodText(token)}`;
  if (token.base === null) return [own];
  return [own, `base: ${likelihoodText(token.base)} · ${shiftClass(token.base.rank)}`];
}

/** The tokens whose base would have written another one, as cells of a table. */
export function shiftRows(tokens: readonly ShiftedToken[]): string[][] {
  return tokens.flatMap(({ piece, probability, rank, base }, index) => {
    if (base !== null && base.rank === 1) return [];
    const text = piece.kind === 'text' ? JSON.stringify(piece.text) : `<${piece.text}>`;
    return [
      [
        formatCount(index + 1),
        text,
        probabilityText(probability),
        formatCount(rank),
        ...(base
          ? [probabilityText(base.probability), formatCount(base.rank), shiftClass(base.rank)]
          : []),
      ],
    ];
  });
}
