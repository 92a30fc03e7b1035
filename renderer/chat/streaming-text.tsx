import { MarkdownText } from '../ui/text/markdown.tsx';
import { splitBlocks } from './stream-blocks.ts';

/** Markdown that still grows: blocks that are finished are parsed once, only the last one again. */
export function StreamingText({ text }: { text: string }) {
  return (
    <div className="streaming-text">
      {splitBlocks(text).map((block, index) => (
        <MarkdownText key={index} text={block} />
      ))}
    </div>
  );
}
