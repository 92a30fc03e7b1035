import { Copy } from 'lucide-react';
import { IconButton } from './button.tsx';
import { showErrorToast, showToast } from './toast.tsx';

/** Puts text on the clipboard and says so in a toast. */
export async function copyText(text: string, message: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    showToast({ text: message, key: 'copied' });
  } catch (error) {
    showErrorToast(error);
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
