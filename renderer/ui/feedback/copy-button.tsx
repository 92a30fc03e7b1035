import { Copy } from 'lucide-react';
import { IconButton } from '../button.tsx';
import { showErrorToast, showToast } from './toast.tsx';

/** Puts text on the clipboard and says so in a toast. */
export async function copyText(text: string, message: string): Promise<void> {
  try {
    if (!copyBySelection(text)) await navigator.clipboard.writeText(text);
    showToast({ text: message, key: 'copied' });
  } catch (error) {
    showErrorToast(error);
  }
}

// The desktop app denies every permission, and the clipboard's own interface asks for one.
function copyBySelection(text: string): boolean {
  const onCopy = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
  };
  document.addEventListener('copy', onCopy);
  try {
    return document.execCommand('copy');
  } finally {
    document.removeEventListener('copy', onCopy);
  }
}

/** Copies one value; `label` names it, as in "Copy URL". */
export function CopyButton({ text, label }: { text: string; label: string }) {
  return (
    <IconButton small label={label} onClick={() => void copyText(text, 'Copied.')}>
      <Copy size={13} />
    </IconButton>
  );
}
