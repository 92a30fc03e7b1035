import { useRef } from 'react';
import { FileCode } from 'lucide-react';
import { templateOfFile } from '../../../shared/template/template-file.ts';
import { Button } from '../button.tsx';
import { showToast } from '../feedback/toast.tsx';

/** Takes a chat template from a file of the person at the screen, which the page reads itself. */
export function TemplateFromFile({ onTemplate }: { onTemplate: (template: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const take = async (file: File) => {
    const read = await readTemplate(file);
    if ('template' in read) onTemplate(read.template);
    else showToast({ text: `${file.name} gives no chat template: ${read.problem}`, tone: 'bad' });
  };
  return (
    <>
      <Button icon={<FileCode size={14} />} onClick={() => input.current?.click()}>
        Template from a file…
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Chat template file"
        accept=".jinja,.jinja2,.j2,.txt,.json"
        onChange={({ target }) => {
          const file = target.files?.[0];
          // The same file may be chosen again once it was corrected.
          target.value = '';
          if (file) void take(file);
        }}
      />
    </>
  );
}

const mostBytes = 16 * 1024 * 1024;

async function readTemplate(file: File): Promise<ReturnType<typeof templateOfFile>> {
  if (file.size > mostBytes) return { problem: 'it is longer than any template.' };
  try {
    const bytes = await file.arrayBuffer();
    return templateOfFile(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof TypeError) return { problem: 'it is not text in UTF-8.' };
    return { problem: `it cannot be read: ${String(error)}` };
  }
}
