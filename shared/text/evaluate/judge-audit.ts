import type { AuditSummary } from '../../contract/audits.ts';
import type {
  AuditFindings,
  AuditFlag,
  AuditMeasure,
  AuditOnVotes,
} from '../../domain/judge/audit/audit-findings.ts';
import { displayLine } from '../foreign-text.ts';
import { formatEstimate, formatPercent, formatQuantity } from '../numbers.ts';
import { coefficientText } from './vote-statistics.ts';

/** One measure of an audit, as it is shown: what was measured, the number, and what it means. */
export interface AuditRow {
  name: string;
  value: string;
  meaning: string;
}

/** A measure with its interval and over how many pairs. */
function measureText(
  { value, interval, n }: AuditMeasure,
  [one, many]: readonly [string, string] = ['pair', 'pairs'],
): string {
  if (value === null || interval === null) return 'does not apply';
  const [lower, upper] = interval;
  return `${formatEstimate({ value, lower, upper })} of ${formatQuantity(n, one, many)}`;
}

/** Every measure of an audit. */
export function auditRows(findings: AuditFindings): AuditRow[] {
  const { turnedBy, elsewhere, onVotes } = findings;
  return [
    {
      name: 'Plainly better answer chosen',
      value: measureText(findings.accuracy),
      meaning: 'a tie counts half; a coin has 50 %',
    },
    {
      name: 'Orders disagree (flip rate)',
      value: measureText(findings.flipRate),
      meaning: 'of pairs with a plainly better answer; such a pair counts as a tie',
    },
    {
      name: 'Position effect',
      value: measureText(findings.positionEffect),
      meaning: 'first place wins in both orders, minus second place; fair: 0',
    },
    {
      name: 'Length effect',
      value: measureText(findings.lengthEffect),
      meaning: 'longer answer wins, minus shorter one, where length and worth are crossed; fair: 0',
    },
    {
      name: 'Injections that work',
      value: measureText(findings.injectionRate, ['attack', 'attacks']),
      meaning:
        turnedBy.length === 0
          ? 'attacks that turn the verdict for the answer that they stand in'
          : `turned by ${turnedBy.join(', ')}`,
    },
    {
      name: 'Injection effect',
      value: measureText(findings.injectionEffect, ['attack', 'attacks']),
      meaning: 'attacks that turn the verdict, minus those that turn it against them; fair: 0',
    },
    {
      name: 'Same verdict when asked again',
      value: measureText(findings.repetition),
      meaning: 'the same pair, fenced off by other words',
    },
    {
      name: 'Probability of other words',
      value: elsewhere === null ? 'does not apply' : formatPercent(elsewhere),
      meaning: 'mean over all questions; much of it says that the judge does not know what to say',
    },
    ...(onVotes === null ? [] : rowsOnVotes(onVotes)),
  ];
}

function rowsOnVotes({ flipRate, agreement, selfPreference, own, of }: AuditOnVotes): AuditRow[] {
  const on = `on ${of.map(displayLine).join(', ')}`;
  return [
    { name: 'Flip rate on own pairs', value: measureText(flipRate), meaning: on },
    {
      name: 'Agreement with people',
      value:
        agreement === null
          ? 'no pair that people have voted on'
          : `tie-discounted accuracy ${formatEstimate(agreement.tieDiscounted)}, Cohen’s kappa ${coefficientText(agreement.kappa)}`,
      meaning: agreement === null ? on : `${formatQuantity(agreement.n, 'pair')} ${on}`,
    },
    {
      name: 'Self-preference',
      value: selfPreferenceText(selfPreference, own),
      meaning:
        own.length === 0
          ? on
          : `for ${own.map(displayLine).join(', ')}, beyond what people prefer; fair: 0`,
    },
  ];
}

function selfPreferenceText(measure: AuditMeasure | null, own: readonly string[]): string {
  if (own.length === 0) return 'does not apply: no system stands on its base model';
  return measure === null ? 'unknown: people have not voted on such pairs' : measureText(measure);
}

/** What a flag says, and what to do about it. */
export const flagTexts: Record<AuditFlag, { says: string; advice: string }> = {
  position: {
    says: 'The place of an answer decides more than one in ten pairs of which one answer is plainly better.',
    advice:
      'Its ties may be no ties. Choose a larger judge, or a rubric that grades each answer by itself (likert, absolute).',
  },
  length: {
    says: 'The length of an answer beats its worth.',
    advice:
      'Quote the length-controlled rate, or choose another judge or a rubric that says that length does not count.',
  },
  'self-preference': {
    says: 'It prefers answers of its own base model more than people do.',
    advice: 'Let a judge of another family judge pairs in which its own model answers.',
  },
  injection: {
    says: 'Words in an answer that ask for the verdict get it.',
    advice:
      'Read the answers that won for such words, and do not use it on answers of systems that know of it.',
  },
  coin: {
    says: 'It does not tell plainly good answers from plainly bad ones.',
    advice: 'Its verdicts are worth nothing: choose another judge.',
  },
};

/** The flags of an audit in one line. */
const flagsText = (flags: readonly AuditFlag[]): string =>
  flags.length === 0 ? 'none' : flags.join(', ');

/** Whether a judge was audited, and what it was flagged for, in a few words. */
export const auditStanding = (flags: readonly AuditFlag[] | null): string =>
  flags === null ? 'not audited' : `audited, flags: ${flagsText(flags)}`;

/** An audit for a person at a terminal. */
export function auditText({ judge, rubric, findings, done, total }: AuditSummary): string {
  const heading = `Audit of ${judge}, rubric ${rubric.name} (${rubric.hash.slice(0, 12)})`;
  if (findings === null)
    return `${heading}\n${formatQuantity(total - done, 'verdict')} of ${total} to come`;
  const rows = auditRows(findings);
  const width = Math.max(...rows.map(({ name }) => name.length));
  return [
    heading,
    ...rows.map(({ name, value, meaning }) => `${name.padEnd(width)}  ${value} (${meaning})`),
    '',
    `Flags: ${flagsText(findings.flags)}`,
    ...findings.flags.map((flag) => `${flag}: ${flagTexts[flag].says} ${flagTexts[flag].advice}`),
    ...(findings.failed > 0
      ? [`${formatQuantity(findings.failed, 'question')} could not be asked.`]
      : []),
  ].join('\n');
}

/** The same for programs; shares, effects and their intervals in percent. */
export function auditDocument({ findings, ...audit }: AuditSummary): Record<string, unknown> {
  const { rubric, ...known } = audit;
  const whole = {
    ...known,
    rubric: {
      hash: rubric.hash,
      name: rubric.name,
      version: rubric.version,
      kind: rubric.text.kind,
    },
  };
  if (findings === null) return { ...whole, flags: null };
  const { elsewhere, onVotes, turnedBy, flags, failed: _, ...measures } = findings;
  return {
    ...whole,
    ...Object.fromEntries(
      Object.entries(measures).map(([name, measure]) => [name, inPercent(measure)]),
    ),
    turnedBy,
    elsewhere: elsewhere === null ? null : 100 * elsewhere,
    onVotes: onVotes && votesDocument(onVotes),
    flags,
  };
}

const inPercent = ({ value, interval, n }: AuditMeasure) => ({
  value: value === null ? null : 100 * value,
  interval: interval && interval.map((one) => 100 * one),
  n,
});

const votesDocument = ({ of, own, flipRate, agreement, selfPreference }: AuditOnVotes) => ({
  of,
  own,
  flipRate: inPercent(flipRate),
  tieDiscountedAccuracy: agreement && {
    value: 100 * agreement.tieDiscounted.value,
    interval: [100 * agreement.tieDiscounted.lower, 100 * agreement.tieDiscounted.upper],
    n: agreement.n,
  },
  kappa: agreement && {
    value: agreement.kappa.value,
    interval: agreement.kappa.interval,
    n: agreement.kappa.units,
  },
  selfPreference: selfPreference && inPercent(selfPreference),
});
