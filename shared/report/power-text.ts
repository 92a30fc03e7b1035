import { promptsForDifference, signTestPower, smallestDifference } from '../stats/power.ts';
import { formatPercent, formatQuantity } from '../text/numbers.ts';

/** What a person plans: prompts, and percents of them. */
export interface PowerPlan {
  prompts: number;
  /** Wins minus losses that are to be found. */
  difference: number;
  ties: number;
  /** Wanted chance of finding it. */
  power: number;
}

const ranges = {
  prompts: [1, 1_000_000],
  difference: [0.1, 100],
  ties: [0, 99],
  power: [1, 99],
} as const;

/** What a plan can show, as numbers in percent and as lines; or what is wrong with it. */
export function powerText(plan: PowerPlan):
  | { problem: string }
  | {
      chance: number;
      promptsNeeded: number | null;
      smallestDifference: number | null;
      lines: string[];
    } {
  const wrong = rangeProblem(plan);
  if (wrong !== undefined) return { problem: wrong };
  const [difference, ties, power] = [plan.difference / 100, plan.ties / 100, plan.power / 100];
  const decided = 1 - ties;
  if (difference > decided)
    return {
      problem: `With ${formatPercent(ties)} of ties wins cannot lead by ${formatPercent(difference)}: take a smaller difference or fewer ties.`,
    };
  const prompts = formatQuantity(plan.prompts, 'prompt');
  const wanted = { difference, decided };
  const needed = promptsForDifference(wanted, { power });
  const chance = signTestPower(plan.prompts, wanted);
  const smallest = smallestDifference(plan.prompts, decided, { power });
  const often = `with a chance of ${formatPercent(power)}`;
  return {
    chance: 100 * chance,
    promptsNeeded: needed,
    smallestDifference: smallest === null ? null : 100 * smallest,
    lines: [
      `${prompts} find ${lead(difference)}, with ${formatPercent(ties)} of ties, with a chance of ${formatPercent(chance)}.`,
      ...(needed === null ? [] : [`${formatQuantity(needed, 'prompt')} find it ${often}.`]),
      smallest === null
        ? `${prompts} find no difference at all ${often}.`
        : `${prompts} find ${lead(smallest)} ${often}.`,
    ],
  };
}

const lead = (share: number) => `wins minus losses of ${formatPercent(share)}`;

function rangeProblem(plan: PowerPlan): string | undefined {
  for (const name of ['prompts', 'difference', 'ties', 'power'] as const) {
    const [least, most] = ranges[name];
    const value = plan[name];
    if (!(value >= least && value <= most) || (name === 'prompts' && !Number.isInteger(value)))
      return `${name} is ${value}: give a ${name === 'prompts' ? 'whole number' : 'number'} from ${least} to ${most}.`;
  }
  return undefined;
}
