import type { Message } from '../domain/message.ts';
import { renderConversation } from './render-conversation.ts';
import { TemplateError } from './template-error.ts';
import type { Segment } from './turn-segments.ts';

/** What a template makes of a conversation that nobody would find odd. */
export interface TemplateTrial {
  /** Why it can train nothing, for a person; empty where it can. */
  problem: string;
  /** What a person should know before training with it, as sentences. */
  remarks: string[];
}

/** The texts of a vocabulary that a template is tried with. */
export interface TrialTexts {
  bosText: string;
  eosText: string;
  endTexts: readonly string[];
}

const system: Message = { role: 'system', content: 'Be brief.' };
const turns: Message[] = [
  { role: 'user', content: 'Name a red fruit.' },
  { role: 'assistant', content: 'Cherry.' },
  { role: 'user', content: 'And a blue one?' },
  { role: 'assistant', content: 'Sloe.' },
];

/** Renders trial conversations, as samples and as prompts, and says what will become of such ones. */
export function tryTemplate(template: string, texts: TrialTexts): TemplateTrial {
  const asPrompt = (messages: Message[]) => render(template, messages, texts, true);
  const asSample = (messages: Message[]) => render(template, messages, texts, false);
  const single = attempt(() => [asPrompt(turns.slice(0, 1)), asSample(turns.slice(0, 2))]);
  if ('problem' in single) return { problem: single.problem, remarks: [] };
  const several = attempt(() => [asPrompt(turns.slice(0, 3)), asSample(turns)]);
  const withSystem = attempt(() => [asSample([system, ...turns.slice(0, 2)])]);
  const longer = attempt(() => [asSample([system, ...turns])]);
  const remarks = [
    'problem' in several
      ? `It refuses conversations of several turns: ${several.problem}`
      : endRemark(several.value[1] ?? []),
    'problem' in withSystem ? `It refuses system messages: ${withSystem.problem}` : '',
    'value' in longer && isSystemMoved(longer.value[0] ?? [])
      ? 'It writes the system message not first but into a later question: a sample trains it there.'
      : '',
    'value' in several ? prefixRemark(several.value[1] ?? []) : prefixRemark(single.value[1] ?? []),
  ];
  return { problem: '', remarks: remarks.filter((remark) => remark !== '') };
}

const render = (template: string, messages: Message[], texts: TrialTexts, isPrompt: boolean) =>
  renderConversation(template, messages, {
    ...texts,
    prependBos: false,
    addGenerationPrompt: isPrompt,
  });

function attempt<Value>(work: () => Value): { value: Value } | { problem: string } {
  try {
    return { value: work() };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { problem: error.message };
  }
}

/** An answer whose end stands nowhere teaches nobody to stop; the last one gets an end always. */
function endRemark(segments: readonly Segment[]): string {
  const isEnded = segments.some(
    ({ kind, messageIndex, trained, isLead }) =>
      kind === 'template' && messageIndex === 1 && trained && !isLead,
  );
  if (isEnded) return '';
  return 'It ends earlier answers without a token that stops one: only the last answer of a sample trains an end of turn.';
}

function prefixRemark(segments: readonly Segment[]): string {
  const remarks = segments.flatMap(({ messageIndex, remarks: own = [] }) =>
    own
      .filter(({ kind }) => kind === 'prompt-differs')
      .map(({ text }) => `message ${messageIndex + 1}: ${text}`),
  );
  const [first] = remarks;
  return first === undefined
    ? ''
    : `The prompt of a chat is not the beginning of the sample (${first}).`;
}

const isSystemMoved = (segments: readonly Segment[]) =>
  segments.find(({ kind }) => kind === 'content')?.messageIndex !== 0;
