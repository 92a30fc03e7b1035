import { splitControls } from '../../../shared/text/foreign-text.ts';
import './visible-text.css';

/** Foreign text in one line of the interface, its invisible characters shown as marks. */
export function VisibleText({ text }: { text: string }) {
  const pieces = splitControls(text);
  if (pieces.length === 1 && pieces[0]?.control === undefined) return text;
  return pieces.map((piece, index) =>
    piece.control === undefined ? (
      piece.text
    ) : (
      <span key={index} className="control-mark" title={piece.control}>
        {piece.text}
      </span>
    ),
  );
}
