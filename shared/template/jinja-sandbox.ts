import { TemplateError } from './template-error.ts';

/** Steps and characters that a template may take; honest ones take a hundredth. */
export const maxSteps = 500_000;
export const maxTextCharacters = 64_000_000;

/** A text several times, refused before it is built when it would be too long. */
export function repeatText(text: string, times: number): string {
  if (text.length * times > maxTextCharacters) throw tooManyCharacters();
  return text.repeat(times);
}

/** The refusal of a text that outgrows the bounds. */
export const tooManyCharacters = (): TemplateError =>
  tooLong(`it writes more than ${maxTextCharacters} characters`);

/** What a template finds beside its variables: as `apply_chat_template` gives it, in bounds. */
export const sandboxGlobals = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
  tools: null,
  documents: null,
  range: boundedRange,
  strftime_now: formatFixedDate,
  raise_exception: (reason: string) => {
    throw new Error(reason);
  },
};

/** `range` of Jinja with a limit, because the list is built before the first step is counted. */
function boundedRange(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const count = Math.ceil((to - from) / step);
  if (!Number.isFinite(count) || count > maxSteps) throw tooLong(`range(${from}, ${to}, ${step})`);
  return Array.from({ length: Math.max(0, count) }, (_, index) => from + index * step);
}

/** The refusal of a template that had to be stopped. */
export const tooLong = (problem: string) =>
  new TemplateError('TEMPLATE_TOO_LONG', `The chat template was stopped: ${problem}.`);

const fixedDateFields: Readonly<Record<string, string>> = {
  Y: '2024',
  G: '2024',
  y: '24',
  g: '24',
  m: '07',
  d: '26',
  e: '26',
  j: '208',
  b: 'Jul',
  h: 'Jul',
  B: 'July',
  a: 'Fri',
  A: 'Friday',
  u: '5',
  w: '5',
  U: '29',
  V: '30',
  W: '30',
  H: '00',
  k: ' 0',
  I: '12',
  l: '12',
  M: '00',
  S: '00',
  f: '000000',
  p: 'AM',
  P: 'am',
  Z: '',
  z: '',
  F: '2024-07-26',
  D: '07/26/24',
  x: '07/26/24',
  T: '00:00:00',
  X: '00:00:00',
  R: '00:00',
  r: '12:00:00 AM',
  c: 'Fri Jul 26 00:00:00 2024',
  n: '\n',
  t: '\t',
  '%': '%',
};

/**
 * `strftime_now` of chat templates, always 26 July 2024 (the date Llama 3 templates fall back to):
 * with today's date a model would be asked with other tokens than it was trained on.
 */
function formatFixedDate(format: string): string {
  return format.replace(/%(-?)([a-zA-Z%])/g, (field, dash: string, name: string) => {
    const text = fixedDateFields[name] ?? field;
    return dash === '' ? text : text.replace(/^[0 ](?=\d)/, '');
  });
}
