import type { Observation, Place, Slot, Written } from './probe-template.ts';

/** What to write, by the place: either at once, or by a condition and else. */
export type Decision =
  | { written: readonly Written[] }
  | { branches: { condition: string; decision: Decision }[]; otherwise: Decision };

type Feature = keyof Place;

/** Go's conditions for a set of values of a feature, the values joined by a comma. */
const conditions: Record<string, string> = {
  'system:text': '$.System',
  'system:none': 'not $system',
  'system:empty': 'and $system (not $.System)',
  'system:empty,none': 'not $.System',
  'system:empty,text': '$system',
  'system:none,text': 'or $.System (not $system)',
  'isFirst:true': '$isFirst',
  'isFirst:false': 'not $isFirst',
  'left:1': 'eq $left 1',
  'left:2': 'eq $left 2',
  'left:3': 'gt $left 2',
  'left:1,2': 'le $left 2',
  'left:1,3': 'ne $left 2',
  'left:2,3': 'ne $left 1',
};

const orders: readonly Feature[][] = [
  ['isFirst', 'system', 'left'],
  ['system', 'isFirst', 'left'],
  ['left', 'system', 'isFirst'],
  ['left', 'isFirst', 'system'],
];

/**
 * The shortest conditions under which a slot is written as it was observed. Where one place was
 * written in two ways, which no condition can tell apart, the first holds.
 */
export function decide(observations: readonly Observation[], slot: Slot): Decision {
  const own = observations.filter((one) => one.slot === slot);
  const places = own.map((one) => withEmptySystem(one, own));
  const trees = orders.map((order) => treeOf(places, order));
  return trees.toSorted((one, other) => sizeOf(one) - sizeOf(other))[0] ?? { written: [] };
}

/** An empty system message is like one with a text, where only the text is missing. */
function withEmptySystem(one: Observation, all: readonly Observation[]): Observation {
  if (one.place.system !== 'empty') return one;
  const full = all.find(
    ({ place }) =>
      place.system === 'text' &&
      place.isFirst === one.place.isFirst &&
      place.left === one.place.left,
  );
  const isSame = full && textWithoutSystem(full.written) === textWithoutSystem(one.written);
  return isSame ? { ...one, written: full.written } : one;
}

const textWithoutSystem = (written: readonly Written[]): string =>
  written
    .map((one) => (typeof one === 'string' ? one : one.content === 'own' ? '\0' : ''))
    .join('');

function treeOf(observations: readonly Observation[], order: readonly Feature[]): Decision {
  const written = observations[0]?.written ?? [];
  const [feature, ...others] = order;
  if (!feature || observations.every((one) => isSame(one.written, written))) return { written };
  const branches: { values: string[]; decision: Decision }[] = [];
  for (const [value, group] of Map.groupBy(observations, ({ place }) => String(place[feature]))) {
    const decision = treeOf(group, others);
    const known = branches.find((one) => isSame(one.decision, decision));
    if (known) known.values.push(value);
    else branches.push({ values: [value], decision });
  }
  const last = branches.pop();
  if (!last || branches.length === 0) return last?.decision ?? { written };
  return {
    branches: branches.map(({ values, decision }) => ({
      condition: conditions[`${feature}:${values.toSorted().join(',')}`] ?? 'false',
      decision,
    })),
    otherwise: last.decision,
  };
}

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const sizeOf = (decision: Decision): number => JSON.stringify(decision).length;
