import type { ComponentProps, ReactNode } from 'react';
import { ToggleGroup } from 'radix-ui';
import { Field, type FieldControl } from './field.tsx';

interface Labelled {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  hideLabel?: boolean;
}

type InputProps = Omit<ComponentProps<'input'>, 'value' | 'onChange' | 'type'>;

interface TextInputProps extends Labelled, InputProps {
  value: string;
  onValue: (value: string) => void;
  type?: 'text' | 'search' | 'password';
  /** What the number counts, shown behind it; describes the field and is not part of its name. */
  unit?: string | undefined;
}

/** One line of text. */
export function TextInput(props: TextInputProps) {
  const { label, hint, error, hideLabel, value, onValue, className, unit, ...rest } = props;
  return (
    <Field {...{ label, hint, error }} hideLabel={hideLabel ?? false}>
      {(control) => (
        <WithUnit control={control} unit={unit}>
          {(described) => (
            <input
              spellCheck={false}
              autoComplete="off"
              {...rest}
              {...described}
              className={`input ${className ?? ''}`}
              value={value}
              onChange={(event) => onValue(event.target.value)}
            />
          )}
        </WithUnit>
      )}
    </Field>
  );
}

interface WithUnitProps {
  control: FieldControl;
  unit: string | undefined;
  children: (control: FieldControl) => ReactNode;
}

function WithUnit({ control, unit, children }: WithUnitProps) {
  if (unit === undefined) return children(control);
  const unitId = `${control.id}-unit`;
  const describedBy = [unitId, control['aria-describedby']].filter(Boolean).join(' ');
  return (
    <span className="input-with-unit">
      {children({ ...control, 'aria-describedby': describedBy })}
      <span id={unitId} className="input-unit">
        {unit}
      </span>
    </span>
  );
}

interface TextAreaProps extends Labelled, Omit<ComponentProps<'textarea'>, 'value' | 'onChange'> {
  value: string;
  onValue: (value: string) => void;
}

/** Several lines of text. */
export function TextArea(props: TextAreaProps) {
  const { label, hint, error, hideLabel, value, onValue, className, ...rest } = props;
  return (
    <Field {...{ label, hint, error }} hideLabel={hideLabel ?? false}>
      {(control) => (
        <textarea
          {...rest}
          {...control}
          className={`input ${className ?? ''}`}
          value={value}
          onChange={(event) => onValue(event.target.value)}
        />
      )}
    </Field>
  );
}

/** One choice of a `Select` or of `Segments`. */
export interface Option<Value extends string> {
  value: Value;
  label: string;
  isDisabled?: boolean;
}

interface SelectProps<Value extends string> extends Labelled {
  value: Value;
  options: readonly Option<Value>[];
  onValue: (value: Value) => void;
  disabled?: boolean;
}

/** The platform's own drop-down list. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, hint, error, hideLabel, value, options, onValue, disabled } = props;
  return (
    <Field {...{ label, hint, error }} hideLabel={hideLabel ?? false}>
      {(control) => (
        <select
          {...control}
          className="input"
          value={value}
          disabled={disabled}
          onChange={(event) => {
            const chosen = options.find((option) => option.value === event.target.value);
            if (chosen) onValue(chosen.value);
          }}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value} disabled={option.isDisabled}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface SegmentsProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly Option<Value>[];
  onValue: (value: Value) => void;
}

/** A few choices side by side, exactly one of them on. */
export function Segments<Value extends string>(props: SegmentsProps<Value>) {
  return (
    <ToggleGroup.Root
      type="single"
      className="segments"
      aria-label={props.label}
      value={props.value}
      onValueChange={(value) => {
        const chosen = props.options.find((option) => option.value === value);
        if (chosen) props.onValue(chosen.value);
      }}
    >
      {props.options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          className="segment"
          disabled={option.isDisabled === true}
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}

interface CheckboxProps {
  label: ReactNode;
  isChecked: boolean;
  onChecked: (isChecked: boolean) => void;
  disabled?: boolean;
}

/** A yes-or-no setting with its label behind it. */
export function Checkbox({ label, isChecked, onChecked, disabled }: CheckboxProps) {
  return (
    <label className="checkbox">
      <input
        type="checkbox"
        checked={isChecked}
        disabled={disabled}
        onChange={(event) => onChecked(event.target.checked)}
      />
      {label}
    </label>
  );
}

interface SliderProps extends Labelled {
  value: number;
  min: number;
  max: number;
  step: number;
  onValue: (value: number) => void;
  /** How the value is printed beside the slider. */
  format?: (value: number) => string;
}

/** A number within a range, with its value beside it. */
export function Slider({ value, min, max, step, onValue, format, ...labels }: SliderProps) {
  return (
    <Field {...labels}>
      {(control) => (
        <span className="slider">
          <input
            {...control}
            type="range"
            {...{ min, max, step, value }}
            onChange={(event) => onValue(event.target.valueAsNumber)}
          />
          <output htmlFor={control.id}>{format ? format(value) : value}</output>
        </span>
      )}
    </Field>
  );
}
