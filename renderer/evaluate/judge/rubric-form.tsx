import { useState } from 'react';
import {
  rubricNameSchema,
  rubricTextSchema,
  type Rubric,
  type RubricText,
} from '../../../shared/domain/judge/rubric.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { TextArea, TextInput } from '../../ui/inputs/inputs.tsx';

interface RubricFormProps {
  rubric: Rubric;
  onClose: () => void;
}

/** Edits the text of a rubric into the newest version of its name, or of another name. */
export function RubricForm({ rubric, onClose }: RubricFormProps) {
  const { kind } = rubric.text;
  const [name, setName] = useState(rubric.name);
  const [instruction, setInstruction] = useState(rubric.text.instruction);
  const [question, setQuestion] = useState(rubric.text.question);
  const [symbols, setSymbols] = useState(rubric.text.symbols.join(' '));
  const draft = { kind, instruction, question, symbols: symbols.split(/\s+/).filter(Boolean) };
  const problem = rubricProblem(name, draft);
  const save = useAction(async () => {
    await rpc.rubrics.save({ name: name.trim(), text: draft });
    onClose();
  });
  return (
    <form
      className="column rubric-form"
      aria-label="Edit rubric"
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === undefined) void save.run();
      }}
    >
      <h3>A new version of “{rubric.name}”</h3>
      <TextInput
        label="Name"
        hint="Under another name the old one stays the newest of its own."
        value={name}
        maxLength={100}
        onValue={setName}
      />
      <TextArea label="Instruction" rows={6} value={instruction} onValue={setInstruction} />
      <TextInput label="Question" value={question} onValue={setQuestion} />
      <TextInput label="Symbols" hint={symbolHints[kind]} value={symbols} onValue={setSymbols} />
      <div className="row">
        <Button
          type="submit"
          variant="primary"
          isBusy={save.isRunning}
          disabled={problem !== undefined}
        >
          Save as a new version
        </Button>
        <Button onClick={onClose}>Cancel</Button>
        {problem !== undefined && <span className="small dim">{problem}</span>}
      </div>
      {save.error !== undefined && <ErrorView error={save.error} />}
    </form>
  );
}

const symbolHints: Record<RubricText['kind'], string> = {
  pairwise:
    'For the first answer, the second, and perhaps neither; each a single token of the judge.',
  likert: 'Six, from the worst level to the best; each a single token of the judge.',
  absolute: 'For Excellent, Pass and Fail; each a single token of the judge.',
  safety: 'For safe and unsafe; each a single token of the judge.',
};

/** The first thing that is wrong with what was typed. */
function rubricProblem(name: string, draft: RubricText): string | undefined {
  const named = rubricNameSchema.safeParse(name);
  if (!named.success) return 'Give it a name without slashes.';
  const parsed = rubricTextSchema.safeParse(draft);
  if (parsed.success) return undefined;
  const [issue] = parsed.error.issues;
  const field = String(issue?.path[0] ?? 'text');
  return `${field[0]?.toUpperCase() ?? ''}${field.slice(1)}: ${issue?.message ?? ''}.`;
}
