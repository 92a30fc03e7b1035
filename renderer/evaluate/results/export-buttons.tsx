import { Download } from 'lucide-react';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { saveText } from '../../ui/files/save-text.ts';

const formats = [
  { format: 'json', label: 'JSON', mediaType: 'application/json' },
  { format: 'markdown', label: 'Markdown', mediaType: 'text/markdown' },
  { format: 'html', label: 'HTML', mediaType: 'text/html' },
  { format: 'csv', label: 'Votes (CSV)', mediaType: 'text/csv' },
] as const;

/** Saves the report in one of its forms, or its votes as a table. */
export function ExportButtons({ kind, id }: { kind: 'evaluation' | 'study'; id: string }) {
  const calls = kind === 'study' ? rpc.studies : rpc.evaluations;
  const save = useAction(async (index: number) => {
    const chosen = formats[index];
    if (!chosen) return;
    const { format, mediaType } = chosen;
    const { fileName, text } = await calls.report({ id, format });
    const leaving = { title: 'Save the report', fileName, mediaType, write: () => text };
    await saveText(leaving, (target) => calls.saveReport({ id, format, ...target }));
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
