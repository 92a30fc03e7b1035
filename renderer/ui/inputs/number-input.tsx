import { useState, type ReactNode } from 'react';
import { Field } from './field.tsx';

interface NumberInputProps {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  value: number;
  onValue: (value: number) => void;
  disabled?: boolean;
}

/** A number typed as text (`1e-5` included); calls back only for text that is a finite number. */
export function NumberInput({ value, onValue, disabled, ...labels }: NumberInputProps) {
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const isWrong = draft !== undefined && !isNumber(draft);
  const error = labels.error ?? (isWrong ? 'Type a number.' : undefined);
  return (
    <Field {...labels} error={error}>
      {(control) => (
        <input
          {...control}
          className="input"
          inputMode="decimal"
          autoComplete="off"
          disabled={disabled}
          value={draft ?? String(value)}
          onChange={(event) => {
            setDraft(event.target.value);
            if (isNumber(event.target.value)) onValue(Number(event.target.value));
          }}
          onBlur={() => setDraft(undefined)}
        />
      )}
    </Field>
  );
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}
