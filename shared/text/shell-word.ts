/** A text as one word for a POSIX shell, quoted only where it has to be. */
export function shellWord(text: string): string {
  if (/^[\w./:@%+,-][\w./:=@%+,-]*$/.test(text)) return text;
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
