import { ListChecks } from 'lucide-react';
import { EditButton } from '../../ui/edit-button.tsx';
import { showGrading, type GradedSubject } from '../evaluate-store.ts';

/** Leads to grading the answers of an evaluation or a study. */
export function GradeButton({ subject }: { subject: GradedSubject }) {
  return (
    <EditButton
      icon={<ListChecks size={14} />}
      title="Excellent, Pass or Fail for single answers"
      onClick={() => showGrading(subject)}
    >
      Grade answers…
    </EditButton>
  );
}
