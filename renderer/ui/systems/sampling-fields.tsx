import { Dices, RotateCcw } from 'lucide-react';
import type { Sampling } from '../../../shared/domain/identity.ts';
import { Button, IconButton } from '../button.tsx';
import { NumberInput } from '../inputs/number-input.tsx';
import { isLimaSampling, limaSampling, randomSeed, samplingProblems } from './sampling.ts';
import './sampling-fields.css';

interface SamplingFieldsProps {
  value: Sampling;
  onValue: (sampling: Sampling) => void;
}

const fields: readonly { key: keyof Sampling; label: string }[] = [
  { key: 'temperature', label: 'Temperature' },
  { key: 'topP', label: 'Top-p' },
  { key: 'repeatPenalty', label: 'Repetition penalty' },
  { key: 'maxTokens', label: 'Most tokens' },
  { key: 'topK', label: 'Top-k (0 is off)' },
  { key: 'minP', label: 'Min-p (0 is off)' },
];

/** All sampling settings with a way back to those of LIMA; values out of range are marked. */
export function SamplingFields({ value, onValue }: SamplingFieldsProps) {
  const problems = samplingProblems(value);
  const isDefault = isLimaSampling(value);
  return (
    <div className="sampling-fields" role="group" aria-label="Sampling settings">
      {fields.map(({ key, label }) => (
        <NumberInput
          key={key}
          label={label}
          value={value[key]}
          error={problems[key]}
          onValue={(number) => onValue({ ...value, [key]: number })}
        />
      ))}
      <div className="sampling-seed">
        <NumberInput
          label="Seed"
          value={value.seed}
          error={problems.seed}
          onValue={(seed) => onValue({ ...value, seed })}
        />
        <IconButton
          label="Random seed"
          variant="default"
          onClick={() => onValue({ ...value, seed: randomSeed() })}
        >
          <Dices size={14} />
        </IconButton>
      </div>
      <Button
        small
        className="sampling-reset"
        icon={<RotateCcw size={13} />}
        disabled={isDefault}
        title={isDefault ? 'These are LIMA’s settings' : 'Temperature 0.7, top-p 0.9, penalty 1.2'}
        onClick={() => onValue({ ...limaSampling, seed: value.seed })}
      >
        LIMA defaults
      </Button>
    </div>
  );
}
