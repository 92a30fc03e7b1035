import { Download } from 'lucide-react';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { showToast } from '../../ui/feedback/toast.tsx';
import { downloadText } from '../../ui/files/download-text.ts';
import { exportFile } from '../../ui/files/export-file.tsx';

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
    // The desktop app refuses downloads; there the core writes where the dialog says.
    if (!(await rpc.app.info()).hasNativeDialogs) return downloadText(fileName, text, mediaType);
    const saved = await exportFile(
      { title: 'Save the report', suggestedName: fileName },
      (target) => calls.saveReport({ id, format, ...target }),
    );
    if (saved !== undefined) showToast({ text: `Saved ${saved.path}.`, tone: 'good' });
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
