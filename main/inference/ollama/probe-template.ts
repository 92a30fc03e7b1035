import type { Message } from '../../../shared/domain/message.ts';
import { InferenceError } from '../../engines/protocol/errors.ts';
import { TemplateError } from '../../../shared/template/template-error.ts';
import { probeThinking, type ThinkingForm } from './probe-thinking.ts';
import { mark, type RenderTraining, stopsOf, textOf } from './training-text.ts';

/** What a template takes away at one end of a text: nothing, line breaks, or all white space. */
export type Stripped = 'none' | 'breaks' | 'space';

/** A stretch of what is written: constant, or the content of a message without its white space. */
export type Written = string | { content: 'system' | 'own'; start: Stripped; end: Stripped };

/** On what a stretch may depend. `left` counts the messages from this one on: 1, 2, or 3 for more. */
export interface Place {
  system: 'none' | 'empty' | 'text';
  /** No question or answer comes before this message. */
  isFirst: boolean;
  left: 1 | 2 | 3;
}

/** Parts of a turn that are written one behind the other. */
export type Slot = 'beforeQuestion' | 'question' | 'afterQuestion' | 'beforeAnswer' | 'answer';

/** What a template wrote in one place. */
export interface Observation {
  slot: Slot;
  place: Place;
  written: Written[];
}

/** What became of one probe: what was observed, or why the template refuses it. */
type Outcome = { observations: Observation[]; stops: string[] } | { refusal: TemplateError };

/** Which system messages a template takes: any, with a text, an empty one, or none at all. */
export type TakenSystem = 'any' | 'filled' | 'empty' | 'none';

/** All that the probes of a template showed. */
export interface Findings {
  observations: Observation[];
  /** What is written before an answer with which a conversation begins; empty where none may. */
  starts: Observation[];
  /** Texts behind answers that a model learned to end with. */
  stops: string[];
  /** Which system messages the template takes. */
  takesSystem: TakenSystem;
  thinking: ThinkingForm | undefined;
}

interface Probe {
  system: Place['system'];
  roles: ('user' | 'assistant')[];
}

const systems = ['none', 'text', 'empty'] as const;
const turns = (count: number): Probe['roles'] =>
  Array.from({ length: count }, (_, index) => (index % 2 === 0 ? 'user' : 'assistant'));

/**
 * Lets a template write conversations whose messages are marks and cuts what it writes at them.
 * Throws the refusal of the template for a conversation that every chat consists of.
 */
export async function probeTemplate(render: RenderTraining): Promise<Findings> {
  const probeAll = async (probes: Probe[]) =>
    await Promise.all(probes.map((one) => probe(render, one)));
  const lengths = [1, 2, 3, 4, 5, 6];
  const [plain = [], text = [], empty = []] = await Promise.all(
    systems.map((system) => probeAll(lengths.map((length) => ({ system, roles: turns(length) })))),
  );
  for (const one of plain) if ('refusal' in one) throw one.refusal;
  const takesSystem = taken(text, empty);
  const [started, thinking] = await Promise.all([
    probeAll(
      takenSystems[takesSystem].flatMap((system) =>
        [1, 3].map((length) => ({ system, roles: ['assistant' as const, ...turns(length)] })),
      ),
    ),
    probeThinking(render),
  ]);
  const observed = [...plain, ...text, ...empty].filter(isObserved);
  return {
    observations: observed.flatMap(({ observations }) => observations),
    starts: started.every(isObserved)
      ? started.flatMap(({ observations }) => observations.filter(isStart))
      : [],
    stops: [...new Set(observed.flatMap(({ stops }) => stops))],
    takesSystem,
    thinking,
  };
}

const takenSystems = {
  any: systems,
  filled: ['none', 'text'],
  empty: ['none', 'empty'],
  none: ['none'],
} as const;

/** A template that takes a text in part of the conversations only takes none. */
function taken(text: readonly Outcome[], empty: readonly Outcome[]): TakenSystem {
  if (text.every(isObserved)) return empty.every(isObserved) ? 'any' : 'filled';
  return empty.every(isObserved) ? 'empty' : 'none';
}

const isObserved = (one: Outcome): one is Exclude<Outcome, { refusal: TemplateError }> =>
  !('refusal' in one);

const isStart = ({ slot }: Observation) => slot === 'beforeAnswer';

/** The refusal of a chat template that Ollama's language has no words for. */
export const inexpressible = (reason: string): InferenceError =>
  new InferenceError(
    'EXPORT_REFUSED',
    `Ollama cannot be told the chat template that this model was trained with: ${reason}. Export a ` +
      'merged GGUF file instead and run it where the template in the file is used, as by ' +
      'llama.cpp (llama-server --jinja).',
  );

const padStart = '\n\u00a0\t';
const padEnd = '\t\u00a0\n';

async function probe(render: RenderTraining, { system, roles }: Probe): Promise<Outcome> {
  const asPrompt = roles.at(-1) === 'user';
  const conversation = (wrap: (text: string) => string): Message[] => [
    ...(system === 'none'
      ? []
      : [{ role: 'system' as const, content: system === 'empty' ? '' : wrap(mark(0)) }]),
    ...roles.map((role, index) => ({ role, content: wrap(mark(index + 1)) })),
  ];
  try {
    const [plain, padded] = await Promise.all([
      render(
        conversation((text) => text),
        asPrompt,
      ),
      render(
        conversation((text) => padStart + text + padEnd),
        asPrompt,
      ),
    ]);
    const pieces = cut(textOf(plain, asPrompt));
    const stripped = strippedContents(pieces, textOf(padded, asPrompt));
    return {
      observations: observe(pieces, stripped, { system, roles }),
      stops: asPrompt ? [] : stopsOf(plain),
    };
  } catch (refusal) {
    if (!(refusal instanceof TemplateError) || refusal.code === 'TEMPLATE_TOO_LONG') throw refusal;
    return { refusal };
  }
}

/** Constant texts and the numbers of marks by turns. */
type Piece = string | number;

/** Cuts at the marks; a mark that is missing or doubled was refused when it was rendered. */
function cut(text: string): Piece[] {
  return text
    .split(/Lima(\d)Mark/)
    .map((piece, index) => (index % 2 === 0 ? piece : Number(piece)));
}

type Ends = Record<'start' | 'end', Stripped>;

const starts: Record<Stripped, string> = { none: padStart, breaks: padStart.slice(1), space: '' };
const ends: Record<Stripped, string> = { none: padEnd, breaks: padEnd.slice(0, -1), space: '' };
const kinds = ['none', 'breaks', 'space'] as const;

/** How each mark lost the white space around it; empty where something else happened to it. */
function strippedContents(pieces: readonly Piece[], padded: string): Map<number, Ends> {
  const found = new Map<number, Ends>();
  const fit = (at: number, offset: number): boolean => {
    const piece = pieces[at];
    if (piece === undefined) return offset === padded.length;
    if (typeof piece === 'string')
      return padded.startsWith(piece, offset) && fit(at + 1, offset + piece.length);
    for (const start of kinds)
      for (const end of kinds) {
        const text = starts[start] + mark(piece) + ends[end];
        if (!padded.startsWith(text, offset) || !fit(at + 1, offset + text.length)) continue;
        found.set(piece, { start, end });
        return true;
      }
    return false;
  };
  return fit(0, 0) ? found : new Map();
}

const leftOf = (count: number): Place['left'] => (count === 1 || count === 2 ? count : 3);

function observe(
  pieces: readonly Piece[],
  stripped: ReadonlyMap<number, Ends>,
  { system, roles }: Probe,
): Observation[] {
  const observations: Observation[] = [];
  let index = 0;
  let gap: Written[] = [];
  const placeOf = (message: number): Place => ({
    system,
    isFirst: message === 0,
    left: leftOf(roles.length - message),
  });
  const contentOf = (piece: number, content: 'system' | 'own'): Written => ({
    content,
    ...(stripped.get(piece) ?? { start: 'none', end: 'none' }),
  });
  /** A gap belongs to the question that it follows, else to the message that follows. */
  const closeGap = () => {
    const [before, after] = [roles[index - 1], roles[index]];
    const written = gap.filter((one) => one !== '');
    gap = [];
    if (before === 'user')
      observations.push({ slot: 'afterQuestion', place: placeOf(index - 1), written });
    else if (after !== undefined) {
      const slot = after === 'user' ? 'beforeQuestion' : 'beforeAnswer';
      observations.push({ slot, place: placeOf(index), written });
    } else if (written.length > 0) throw inexpressible('it writes the system message last');
  };
  for (const piece of pieces) {
    if (typeof piece === 'string') gap.push(piece);
    else if (piece === 0) gap.push(contentOf(piece, 'system'));
    else {
      if (piece !== index + 1) throw inexpressible('it changes the order of the messages');
      closeGap();
      const slot = roles[index] === 'user' ? 'question' : 'answer';
      observations.push({ slot, place: placeOf(index), written: [contentOf(piece, 'own')] });
      index += 1;
    }
  }
  closeGap();
  return observations;
}
