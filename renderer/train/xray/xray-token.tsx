import { memo, type ReactNode } from 'react';
import type { TokenFate } from '../../../shared/domain/xray.ts';
import { splitControls } from '../../../shared/text/foreign-text.ts';
import type { ShownToken } from './xray-blocks.ts';

/** What a fate means, for the legend and the tooltips. */
export const fateTexts: Readonly<Record<TokenFate, { word: string; meaning: string }>> = {
  trained: { word: 'trained', meaning: 'counts in the loss' },
  masked: { word: 'masked', meaning: 'read, but not counted in the loss' },
  repeated: { word: 'repeated', meaning: 'masked context that an earlier sequence has, too' },
  unseen: { word: 'not seen', meaning: 'never reaches the trainer' },
};

/** One token as a chip: its fate by colour and line, white space and bytes made visible. */
export const XrayToken = memo(function XrayToken({ token }: { token: ShownToken }) {
  const { fate, piece } = token;
  return (
    <span className={`token token-${fate} token-${piece.kind}`} title={titleOf(token)}>
      {piece.kind === 'text' ? visible(piece.text) : piece.text}
    </span>
  );
});

function titleOf({ id, place, piece, fate, character }: ShownToken): string {
  const lines = [`token ${place} · id ${id} · ${fateTexts[fate].word}`];
  if (piece.kind === 'end') lines.push('ends a turn');
  if (piece.kind === 'special') lines.push('special token');
  if (piece.kind === 'bytes') {
    const whole = character === '' ? 'broken UTF-8' : `part of “${character}”`;
    lines.push(`${piece.text.includes(' ') ? 'bytes' : 'byte'} ${piece.text}, ${whole}`);
  }
  return lines.join('\n');
}

const spaces = /([ \t\r\n\u00a0])/;
const marks: Readonly<Record<string, string>> = {
  ' ': '·',
  '\t': '→\t',
  '\r': '␍',
  '\n': '⏎',
  '\u00a0': '⍽',
};

/** White space as faint marks, a line break as mark and break, other invisibles by code point. */
function visible(text: string): ReactNode[] {
  if (text === '') return ['∅'];
  return text.split(spaces).flatMap((part, index) => {
    if (part === '') return [];
    const mark = marks[part];
    if (mark !== undefined) return [<WhiteSpace key={index} mark={mark} />];
    return splitControls(part).map((piece, place) =>
      piece.control === undefined ? (
        piece.text
      ) : (
        <span key={`${index}-${place}`} className="control-mark" title={piece.control}>
          {piece.text}
        </span>
      ),
    );
  });
}

function WhiteSpace({ mark }: { mark: string }) {
  return (
    <span className="token-space">
      {mark}
      {mark === '⏎' && <br />}
    </span>
  );
}
