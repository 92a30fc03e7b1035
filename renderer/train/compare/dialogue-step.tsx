import { MessagesSquare } from 'lucide-react';
import type { RunComparison } from '../../../shared/domain/runs/run-comparison.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { dialogueStepText } from '../../../shared/text/run-comparison.ts';
import { EditButton } from '../../ui/edit-button.tsx';
import { goTo } from '../../ui/navigation.ts';
import { newestOf } from '../../ui/systems/systems.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';

interface DialogueStepPanelProps {
  comparison: RunComparison;
  runs: readonly Run[];
}

/** Leads two runs that differ in dialogues alone to a blind comparison of their dialogues. */
export function DialogueStepPanel({ comparison, runs }: DialogueStepPanelProps) {
  const { dialogueStep } = comparison;
  if (dialogueStep === null) return null;
  const system = (id: string) => {
    const run = runs.find((one) => one.id === id);
    return run && newestOf(run);
  };
  const [a, b] = [system(dialogueStep.withId), system(dialogueStep.withoutId)];
  return (
    <section className="panel column" aria-label="Dialogues">
      <p>
        <VisibleText text={dialogueStepText(comparison)} />
      </p>
      <div className="row">
        <EditButton
          variant="primary"
          icon={<MessagesSquare size={14} />}
          disabled={!a || !b}
          title={a && b ? undefined : 'Both runs need a checkpoint first'}
          onClick={() => a && b && goTo({ tab: 'evaluate', form: { a, b, asksDialogues: true } })}
        >
          Compare their dialogues…
        </EditButton>
      </div>
    </section>
  );
}
