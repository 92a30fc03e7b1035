import { Button } from '../ui/button.tsx';
import { VisibleText } from '../ui/text/visible-text.tsx';
import { showEvaluate } from './evaluate-store.ts';
import { useStudies } from './queries.ts';

/** Leads from a pair of systems back to its study. */
export function StudyLink({ id }: { id: string }) {
  const study = useStudies().data?.find((one) => one.id === id);
  if (!study) return null;
  return (
    <Button small variant="ghost" onClick={() => showEvaluate({ kind: 'study', id })}>
      Study <VisibleText text={study.name} />
    </Button>
  );
}
