import { Lock } from 'lucide-react';
import type { ProjectInfo } from '../../shared/contract/app.ts';
import { readOnlyText } from '../../shared/text/project/read-only.ts';
import { Button } from '../ui/button.tsx';
import { useAction } from '../rpc/use-action.ts';
import { closeProject, reopenProject, saveProjectAs } from './project.ts';
import { keepReading } from './shell-store.ts';
import './read-only-banner.css';

/** Says why the open project takes no changes and what to do; nothing while it takes them. */
export function ReadOnlyBanner({ project }: { project: ProjectInfo | null }) {
  if (!project?.readReason) return null;
  const { readReason, notice } = project;
  const { why, advice } = readOnlyText(readReason);
  const isChanged = readReason === 'changed-outside';
  return (
    <section className="read-only-banner" aria-label="Open for reading only">
      <Lock size={14} aria-hidden />
      <p>
        <strong>Open for reading only.</strong> {isChanged && notice !== null ? notice : why}{' '}
        <span className="dim">{advice}</span>
      </p>
      {readReason === 'not-trusted' ? (
        <Button small onClick={() => keepReading(null)}>
          What it contains
        </Button>
      ) : (
        <SaveAsButton name={project.name} isPrimary={isChanged} />
      )}
      {['not-writable', 'disk-full'].includes(readReason) && (
        <Button small onClick={() => void reopenProject(project.path)}>
          Open again
        </Button>
      )}
      <Button small onClick={() => void closeProject()}>
        Close
      </Button>
    </section>
  );
}

function SaveAsButton({ name, isPrimary }: { name: string; isPrimary: boolean }) {
  const saving = useAction(() => saveProjectAs(name));
  return (
    <Button
      small
      variant={isPrimary ? 'primary' : 'default'}
      isBusy={saving.isRunning}
      onClick={() => void saving.run()}
    >
      Save as…
    </Button>
  );
}
