import { splitControls } from '../../../shared/text/foreign-text.ts';
import './visible-text.css';

/** Foreign text in one line of the interface, its invisible characters shown as marks. */
export function VisibleText({ text }: { text: string }) {
  const parts = splitControls(text);
  if (parts.length === 1 && parts[0]?.control === undefined) return text;
  return parts.map((part, index) =>
    part.control === undefined ? (
      part.text
    ) : (
      <span key={index} className="control-mark" title={part.control}>
        {part.text}
      </span>
    ),
  );
}
