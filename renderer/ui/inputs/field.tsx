import { useId, type ReactNode } from 'react';
import './field.css';

/** What `Field` hands to its control so that label, hint and error belong to it. */
export interface FieldControl {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean | undefined;
}

interface FieldProps {
  label: string;
  hint?: ReactNode;
  /** Why the value cannot be used, in words for a person. */
  error?: string | undefined;
  hideLabel?: boolean;
  children: (control: FieldControl) => ReactNode;
}

/** A labelled control with its hint and error line. */
export function Field({ label, hint, error, hideLabel, children }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  const hasNote = note !== undefined && note !== '';
  return (
    <div className="field">
      <label className={hideLabel ? 'visually-hidden' : 'field-label'} htmlFor={id}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': hasNote ? `${id}-note` : undefined,
        'aria-invalid': error === undefined ? undefined : true,
      })}
      {hasNote && (
        <span id={`${id}-note`} className={error === undefined ? 'field-hint' : 'field-error'}>
          {note}
        </span>
      )}
    </div>
  );
}
