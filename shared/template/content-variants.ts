const strips: ((text: string) => string)[] = [
  (text) => text,
  (text) => text.trim(),
  (text) => text.trimStart(),
  (text) => text.trimEnd(),
  (text) => text.replace(/^\n+/, ''),
  (text) => text.replace(/\n+$/, ''),
];

/**
 * What known chat templates make of a message's text: nothing, stripped white space, and (Qwen3,
 * DeepSeek) only the part behind the last `</think>` of earlier answers. No duplicates.
 */
export function contentVariants(content: string): Set<string> {
  const thinkingEnd = content.lastIndexOf('</think>');
  const bases =
    thinkingEnd < 0 ? [content] : [content, content.slice(thinkingEnd + '</think>'.length)];
  return new Set(bases.flatMap((base) => strips.map((strip) => strip(base))));
}
