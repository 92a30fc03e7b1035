import type { ReactNode } from 'react';
import { splitControls } from '../../../shared/text/foreign-text.ts';
import './token-text.css';
import './visible-text.css';

const spaces = /([ \t\r\n\u00a0])/;
const marks: Readonly<Record<string, string>> = {
  ' ': '·',
  '\t': '→\t',
  '\r': '␍',
  '\n': '⏎',
  '\u00a0': '⍽',
};

/**
 * The text of one token: white space as faint marks, a line break as mark and break, other
 * invisibles by code point.
 */
export function TokenText({ text }: { text: string }): ReactNode {
  if (text === '') return '∅';
  return text.split(spaces).map((part, index) => {
    const mark = marks[part];
    if (mark !== undefined) return <WhiteSpace key={index} mark={mark} />;
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
