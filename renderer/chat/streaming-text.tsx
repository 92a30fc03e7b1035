import { MarkdownText } from '../ui/text/markdown.tsx';

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

/**
 * Cuts growing Markdown into blocks that later text cannot change any more, and the rest: all but
 * the last block may be rendered once and kept. It cuts only at a blank line outside a code fence
 * whose next line starts a new block at the margin, so lists and quotes stay whole.
 */
export function splitBlocks(text: string): string[] {
  const blocks: string[] = [];
  let fence: string | null = null;
  let blockStart = 0;
  let lineStart = 0;
  let isAfterBlank = false;
  while (lineStart < text.length) {
    const newline = text.indexOf('\n', lineStart);
    const lineEnd = newline < 0 ? text.length : newline;
    const line = text.slice(lineStart, lineEnd);
    if (isAfterBlank && fence === null && startsBlock(line)) {
      blocks.push(text.slice(blockStart, lineStart));
      blockStart = lineStart;
    }
    fence = fenceAfter(line, fence);
    isAfterBlank = line.trim() === '';
    lineStart = lineEnd + 1;
  }
  return blockStart < text.length ? [...blocks, text.slice(blockStart)] : blocks;
}

/** A letter at the margin is a new paragraph; a digit, marker or indent may continue a list. */
function startsBlock(line: string): boolean {
  return /^(?:#{1,6} |```|~~~|[\p{L}"“'(])/u.test(line);
}

function fenceAfter(line: string, open: string | null): string | null {
  const mark = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
  const run = mark?.[1];
  if (run === undefined) return open;
  if (open === null) return run;
  const closes = run[0] === open[0] && run.length >= open.length && mark?.[2]?.trim() === '';
  return closes ? null : open;
}
