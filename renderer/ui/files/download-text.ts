/** Long enough for the browser to have read the blob; it is freed afterwards. */
const keptMs = 60_000;

/** Hands text to the browser as a file to save; the desktop app refuses downloads. */
export function downloadText(fileName: string, text: string, mediaType: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${mediaType};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), keptMs);
}
