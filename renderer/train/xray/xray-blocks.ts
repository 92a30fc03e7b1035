import { formatQuantity } from '../../../shared/text/numbers.ts';
import type { Role } from '../../../shared/domain/message.ts';
import {
  tokenFate,
  type TokenFate,
  type XrayPiece,
  type XraySample,
  type XrayStretch,
} from '../../../shared/domain/xray.ts';

/** One token, ready to be drawn. */
export interface ShownToken {
  id: number;
  /** Place in its stretch, from 1. */
  place: number;
  piece: XrayPiece;
  fate: TokenFate;
  /** The whole character that this token is a byte of, when it is one. */
  character: string;
}

/** What the token view draws in one go: a line between stretches, or some tokens of one turn. */
export type XrayBlock =
  | { kind: 'heading'; text: string; isCut: boolean }
  | { kind: 'tokens'; role: Role | null; isTurnStart: boolean; tokens: ShownToken[] };

/** Blocks end at a line break behind this many tokens, and anywhere behind the most. */
const wantedTokens = 60;
const mostTokens = 240;

const noPiece: XrayPiece = { kind: 'text', text: '' };

/** Cuts a sample into blocks that can be drawn one by one, so that a long one scrolls smoothly. */
export function blocksOf(sample: XraySample): XrayBlock[] {
  let sequence = 0;
  return sample.stretches.flatMap((stretch) => {
    if (stretch.kind === 'sequence') sequence += 1;
    return [...headingOf(sample, stretch, sequence), ...tokenBlocks(sample, stretch)];
  });
}

function headingOf(sample: XraySample, stretch: XrayStretch, sequence: number): XrayBlock[] {
  if (stretch.kind === 'unseen') return [{ kind: 'heading', isCut: true, text: whyUnseen(sample) }];
  if (sample.outcome !== 'split' && !sample.isPerAnswer) return [];
  const repeated =
    stretch.repeated > 0 ? `, the first ${stretch.repeated} repeated and masked` : '';
  const text = `Sequence ${sequence} of ${sample.sequences}: ${formatQuantity(stretch.tokens.length, 'token')}${repeated}`;
  return [{ kind: 'heading', isCut: false, text }];
}

function whyUnseen({ outcome, maxTokens }: XraySample): string {
  if (outcome === 'dropped') return 'Left out: the trainer sees none of this';
  if (outcome === 'split') return 'Not seen: nothing in this window is trained';
  return `Cut at ${maxTokens} tokens: nothing below is seen`;
}

function tokenBlocks(sample: XraySample, stretch: XrayStretch): XrayBlock[] {
  const blocks: (XrayBlock & { kind: 'tokens' })[] = [];
  const tokens = shownTokens(sample, stretch);
  const turns = turnsWithTheirEnds(stretch.turns, tokens);
  let turn: number | undefined;
  for (const [index, token] of tokens.entries()) {
    const ownTurn = turns[index];
    const block = blocks.at(-1);
    if (block && ownTurn === turn && !isFull(block.tokens)) block.tokens.push(token);
    else
      blocks.push({
        kind: 'tokens',
        role: sample.roles[ownTurn ?? -1] ?? null,
        isTurnStart: ownTurn !== turn,
        tokens: [token],
      });
    turn = ownTurn;
  }
  return blocks;
}

/** Counts what ends a question to the question: for the template it introduces the answer. */
function turnsWithTheirEnds(turns: readonly number[], tokens: readonly ShownToken[]): number[] {
  const shown = [...turns];
  for (let index = 1; index < shown.length; index++) {
    const before = shown[index - 1];
    if (before === undefined || turns[index] === before) continue;
    const isEnd = tokens[index]?.piece.kind === 'end';
    const followsEnd = tokens[index - 1]?.piece.kind === 'end' && turns[index - 1] !== before;
    const isBreak = tokens[index]?.piece.text.trim() === '';
    if (isEnd || (followsEnd && isBreak)) shown[index] = before;
  }
  return shown;
}

function isFull(tokens: readonly ShownToken[]): boolean {
  if (tokens.length >= mostTokens) return true;
  const { kind, text } = tokens.at(-1)?.piece ?? noPiece;
  return tokens.length >= wantedTokens && kind === 'text' && text.endsWith('\n');
}

function shownTokens(sample: XraySample, stretch: XrayStretch): ShownToken[] {
  const pieces = stretch.tokens.map((id) => sample.pieces[id] ?? noPiece);
  const characters = charactersOf(pieces);
  return stretch.tokens.map((id, index) => ({
    id,
    place: index + 1,
    piece: pieces[index] ?? noPiece,
    fate: tokenFate(stretch, index),
    character: characters[index] ?? '',
  }));
}

/** For each token that is a byte of a character, the character; empty for all others. */
function charactersOf(pieces: readonly XrayPiece[]): string[] {
  const characters: string[] = pieces.map(() => '');
  for (let start = 0; start < pieces.length; start++) {
    if (pieces[start]?.kind !== 'bytes') continue;
    let end = start;
    while (pieces[end]?.kind === 'bytes') end++;
    const text = textOfBytes(pieces.slice(start, end).map((piece) => piece.text));
    characters.fill(text, start, end);
    start = end;
  }
  return characters;
}

/** The text of hexadecimal bytes, or nothing when they are no whole characters. */
function textOfBytes(hexadecimal: readonly string[]): string {
  const bytes = hexadecimal.flatMap((text) => text.split(' ')).map((byte) => parseInt(byte, 16));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
  } catch {
    return '';
  }
}
