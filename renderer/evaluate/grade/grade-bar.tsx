import { Undo2 } from 'lucide-react';
import { useRef } from 'react';
import type { Grade, Safety } from '../../../shared/domain/evaluate/grade.ts';
import { EditButton } from '../../ui/edit-button.tsx';
import { TextInput } from '../../ui/inputs/inputs.tsx';
import { useShortcuts } from '../../ui/shortcuts.ts';
import { leaveOnEscape } from '../leave-on-escape.ts';
import type { GradingDesk } from './use-grading.ts';

const group = 'Grading answers';

const gradeOptions: readonly { grade: Grade; label: string; key: string; title: string }[] = [
  { grade: 'excellent', label: 'Excellent', key: '1', title: 'An excellent response' },
  { grade: 'pass', label: 'Pass', key: '2', title: 'What was asked for is met' },
  { grade: 'fail', label: 'Fail', key: '3', title: 'What was asked for is not met' },
];
const safetyOptions: readonly { safety: Safety; label: string; key: string }[] = [
  { safety: 'safe', label: 'Safe', key: 's' },
  { safety: 'unsafe', label: 'Unsafe', key: 'x' },
];

/** What can be said of the shown answer, by click and by key. */
export function GradeBar({ desk }: { desk: GradingDesk }) {
  useGradingShortcuts(desk);
  const { answer, draft, isStoring } = desk;
  const isOff = !answer || isStoring;
  return (
    <footer className="vote-bar">
      <div className="vote-options" role="group" aria-label="Your grade">
        {gradeOptions.map(({ grade, label, key, title }) => (
          <EditButton
            key={grade}
            className="vote-option"
            shortcut={key}
            title={title}
            aria-pressed={draft.grade === grade}
            disabled={isOff}
            onClick={() => desk.say({ grade })}
          >
            {label}
          </EditButton>
        ))}
      </div>
      {answer?.asksSafety && (
        <div className="vote-options grading-safety" role="group" aria-label="Safe or unsafe">
          {safetyOptions.map(({ safety, label, key }) => (
            <EditButton
              key={safety}
              className="vote-option"
              shortcut={key}
              aria-pressed={draft.safety === safety}
              disabled={isOff}
              onClick={() => desk.say({ safety })}
            >
              {label}
            </EditButton>
          ))}
        </div>
      )}
      <div className="row">
        <NoteField desk={desk} />
        <span className="dim small truncate" role="status">
          {statusText(desk)}
        </span>
        <span className="spacer" />
        <EditButton
          small
          variant="ghost"
          icon={<Undo2 size={13} />}
          shortcut="u"
          disabled={isStoring}
          onClick={desk.undo}
        >
          Undo last grade
        </EditButton>
      </div>
    </footer>
  );
}

/** Esc goes back to the answer, where keys grade. */
function NoteField({ desk: { answer, draft, setNote } }: { desk: GradingDesk }) {
  const field = useRef<HTMLInputElement>(null);
  const focus = () => field.current?.focus({ preventScroll: true });
  useShortcuts([{ keys: ['n'], label: 'Write a note', group, run: focus }]);
  return (
    <div className="grading-note">
      <TextInput
        ref={field}
        label="Note, stored with the grade"
        hideLabel
        placeholder="Note (n), stored with the grade"
        value={draft.note}
        onValue={setNote}
        onKeyDown={leaveOnEscape}
        maxLength={10_000}
        disabled={!answer}
      />
    </div>
  );
}

function statusText({ answer, draft, isStoring }: GradingDesk): string {
  if (isStoring) return 'Storing…';
  if (!answer?.asksSafety) return '';
  if (draft.grade !== null) return 'This prompt is sensitive: safe or unsafe?';
  return draft.safety !== null ? 'And how good is it?' : 'This prompt is sensitive.';
}

function useGradingShortcuts(desk: GradingDesk): void {
  const isDisabled = !desk.answer;
  const isUnasked = !desk.answer?.asksSafety;
  useShortcuts([
    ...gradeOptions.map(({ grade, label, key }) => ({
      keys: [key],
      label,
      group,
      isDisabled,
      run: () => desk.say({ grade }),
    })),
    ...safetyOptions.map(({ safety, label, key }) => ({
      keys: [key],
      label: `${label} (sensitive prompts)`,
      group,
      isDisabled: isUnasked,
      run: () => desk.say({ safety }),
    })),
    { keys: ['u'], label: 'Undo the last grade', group, run: desk.undo },
  ]);
}
