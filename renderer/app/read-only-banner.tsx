import { Lock } from 'lucide-react';
import type { ProjectInfo } from '../../shared/contract/app.ts';
import { readOnlyText } from '../../shared/text/read-only.ts';
import { Button } from '../ui/button.tsx';
import { closeProject, reopenProject } from './project.ts';
import './read-only-banner.css';

/** Says why the open project takes no changes and what to do; nothing while it takes them. */
export function ReadOnlyBanner({ project }: { project: ProjectInfo | null }) {
  if (!project?.readReason) return null;
  const { why, advice } = readOnlyText(project.readReason);
  return (
    <section className="read-only-banner" aria-label="Open for reading only">
      <Lock size={14} aria-hidden />
      <p>
        <strong>Open for reading only.</strong> {why} <span className="dim">{advice}</span>
      </p>
      <Button small onClick={() => void reopenProject(project.path)}>
        Open again
      </Button>
      <Button small onClick={() => void closeProject()}>
        Close
      </Button>
    </section>
  );
}
