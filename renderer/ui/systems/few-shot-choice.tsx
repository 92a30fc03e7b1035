import { useState } from 'react';
import { ListOrdered } from 'lucide-react';
import {
  defaultFewShot,
  fewShotSchema,
  fewShotText,
  type FewShot,
} from '../../../shared/domain/few-shot.ts';
import type { SystemSpec } from '../../../shared/domain/identity.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { Button, IconButton } from '../button.tsx';
import { Dialog } from '../dialogs/dialog.tsx';
import { TextArea } from '../inputs/inputs.tsx';
import { withFewShot } from './systems.ts';

interface FewShotChoiceProps {
  value: SystemSpec;
  onValue: (system: SystemSpec) => void;
}

/** Chooses constant examples before every prompt, by which a base model answers like a tuned one. */
export function FewShotChoice({ value, onValue }: FewShotChoiceProps) {
  const [isEditing, setEditing] = useState(false);
  const { fewShot } = value;
  return (
    <>
      <div className="few-shot-choice">
        <IconButton
          label="Few-shot examples…"
          variant="default"
          aria-pressed={fewShot !== undefined}
          onClick={() => setEditing(true)}
        >
          <ListOrdered size={14} />
        </IconButton>
      </div>
      {fewShot && (
        <div className="few-shot-chosen" role="note" aria-label="Few-shot examples">
          <span className="small dim">
            Asked behind {formatQuantity(fewShot.examples.length, 'constant example')}
          </span>
          <Button small onClick={() => setEditing(true)}>
            Edit…
          </Button>
          <Button small onClick={() => onValue(withFewShot(value, undefined))}>
            Ask without
          </Button>
        </div>
      )}
      {isEditing && (
        <FewShotDialog
          fewShot={fewShot}
          onClose={() => setEditing(false)}
          onUse={(chosen) => {
            setEditing(false);
            onValue(withFewShot(value, chosen));
          }}
        />
      )}
    </>
  );
}

interface FewShotDialogProps {
  fewShot: FewShot | undefined;
  onClose: () => void;
  onUse: (fewShot: FewShot) => void;
}

function FewShotDialog({ fewShot, onClose, onUse }: FewShotDialogProps) {
  const [draft, setDraft] = useState(fewShot ?? defaultFewShot);
  const { success, data } = fewShotSchema.safeParse(draft);
  const isDefault = fewShotText(draft) === fewShotText(defaultFewShot);
  const change = (at: number, edit: Partial<FewShot['examples'][number]>) =>
    setDraft({
      ...draft,
      examples: draft.examples.map((example, index) =>
        index === at ? { ...example, ...edit } : example,
      ),
    });
  return (
    <Dialog
      title="Few-shot examples"
      isWide
      onClose={onClose}
      footer={
        <>
          {!isDefault && (
            <Button onClick={() => setDraft(defaultFewShot)}>Back to the default</Button>
          )}
          <span className="spacer" />
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabled={!success}
            title={success ? undefined : 'Every question and answer needs text'}
            onClick={() => data && onUse(data)}
          >
            Ask behind these
          </Button>
        </>
      }
    >
      <div className="column few-shot-form">
        <p className="dim">
          The same examples stand before every prompt, so that a base model sees how an answer looks
          (URIAL). A model with a chat template gets them as earlier turns, one without as plain
          text under “# Query:” and “# Answer:”. Every answer records their hash.
        </p>
        <TextArea
          label="System text (may be empty)"
          rows={5}
          value={draft.system}
          onValue={(system) => setDraft({ ...draft, system })}
        />
        {draft.examples.map(({ question, answer }, index) => (
          <fieldset key={index}>
            <legend>Example {index + 1}</legend>
            <TextArea
              label="Question"
              rows={2}
              value={question}
              onValue={(text) => change(index, { question: text })}
            />
            <TextArea
              label="Answer"
              rows={5}
              value={answer}
              onValue={(text) => change(index, { answer: text })}
            />
          </fieldset>
        ))}
      </div>
    </Dialog>
  );
}
