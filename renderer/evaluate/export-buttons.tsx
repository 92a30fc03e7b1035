import { Download } from 'lucide-react';
import { rpc } from '../rpc/client.ts';
import { useAction } from '../rpc/use-action.ts';
import { Button } from '../ui/button.tsx';
import { ErrorView } from '../ui/error-view.tsx';
import { downloadText } from './download-text.ts';

const formats = [
  { format: 'json', label: 'JSON', mediaType: 'application/json' },
  { format: 'markdown', label: 'Markdown', mediaType: 'text/markdown' },
  { format: 'html', label: 'HTML', mediaType: 'text/html' },
] as const;

/** Saves the report in one of its three forms. */
export function ExportButtons({ id }: { id: string }) {
  const save = useAction(async (index: number) => {
    const chosen = formats[index];
    if (!chosen) return;
    const { fileName, text } = await rpc.evaluations.report({ id, format: chosen.format });
    downloadText(fileName, text, chosen.mediaType);
  });
  return (
    <>
      <div className="row" role="group" aria-label="Save the report">
        {formats.map(({ format, label }, index) => (
          <Button
            key={format}
            small
            icon={<Download size={13} />}
            disabled={save.isRunning}
            aria-label={`Save as ${label}`}
            onClick={() => void save.run(index)}
          >
            {label}
          </Button>
        ))}
      </div>
      {save.error !== undefined && <ErrorView error={save.error} />}
    </>
  );
}
