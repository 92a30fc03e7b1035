import { useState } from 'react';
import { powerText } from '../../../shared/report/power-text.ts';
import { NumberInput } from '../../ui/inputs/number-input.tsx';

/** Is 300 enough: what a set of prompts can show, and how many a difference needs. */
export function PowerPanel() {
  const [plan, setPlan] = useState({ prompts: 300, difference: 10, ties: 20, power: 80 });
  const change = (part: Partial<typeof plan>) => setPlan({ ...plan, ...part });
  const told = powerText(plan);
  return (
    <section className="column panel" aria-label="How many prompts">
      <h2>How many prompts</h2>
      <div className="row extend-fields">
        <NumberInput
          label="Prompts"
          value={plan.prompts}
          onValue={(prompts) => change({ prompts })}
        />
        <NumberInput
          label="Wins minus losses, points"
          value={plan.difference}
          onValue={(difference) => change({ difference })}
        />
        <NumberInput label="Ties, %" value={plan.ties} onValue={(ties) => change({ ties })} />
        <NumberInput
          label="Chance of finding it, %"
          value={plan.power}
          onValue={(power) => change({ power })}
        />
      </div>
      {'problem' in told ? (
        <p className="small" role="status">
          {told.problem}
        </p>
      ) : (
        <div role="status">
          {told.lines.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </div>
      )}
    </section>
  );
}
