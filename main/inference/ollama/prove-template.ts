import type { Message } from '../../../shared/domain/message.ts';
import { TemplateError } from '../../../shared/template/template-error.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { type GoProgram, parseGoTemplate } from './go-parser.ts';
import { type OllamaMessage, runGoTemplate } from './go-template.ts';
import type { TakenSystem } from './probe-template.ts';
import { type RenderTraining, textOf } from './training-text.ts';
import { type ThinkingForm, thoughtOut } from './probe-thinking.ts';

/** A conversation that both languages must write alike, and how a person calls it. */
interface Trial {
  name: string;
  messages: Message[];
  /** As Ollama gives them to its template. */
  seen: OllamaMessage[];
  /** Whether a template of any use takes it: then a refusal is a difference, too. */
  isOrdinary: boolean;
}

const plainTexts = 'plain texts';

const contents = {
  [plainTexts]: (index: number) => `Text ${index} about tea.`,
  'white space at the ends of texts': (index: number) =>
    `${[' ', '\n\n', '\t ', '\u3000\n'][index % 4]}Text ${index}\nin two lines${['\n', ' \n', '\u00a0', '  '][index % 4]}`,
  'braces, quotation marks and special tokens in texts': (index: number) =>
    `{{ .System }} {% if x %}"""${index}\\n</s><|im_end|>{# #}\`{{-\n\n\ud83c\udf75 'ü' -}}`,
};

const systemTexts = {
  'no system message': undefined,
  'an empty system message': '',
  'a system message': 'Be brief.',
  'a system message with white space at its ends': ' \n Be "brief" {{ . }}.\n\n',
};

/** What a template is tried on. */
interface TrialKind {
  /** Whether the conversations begin with an answer. */
  isStarted: boolean;
  takesSystem: TakenSystem;
  thinking: ThinkingForm | undefined;
}

/** A template that counts shows itself with plain texts; the other contents need fewer lengths. */
const lengths = (contentName: string, isStarted: boolean): number[] =>
  contentName === plainTexts && !isStarted
    ? [1, 2, 3, 4, 5, 6, 7, 8]
    : [isStarted ? 3 : 1, 2, 5, 6];

/** Conversations of up to four questions that end with a question, or with an answer. */
function trials({ isStarted, takesSystem, thinking }: TrialKind): Trial[] {
  const isTaken = (system: string | undefined) =>
    takesSystem === 'any' ||
    system === undefined ||
    takesSystem === (system === '' ? 'empty' : 'filled');
  const plain = Object.entries(contents).flatMap(([contentName, content]) =>
    Object.entries(systemTexts).flatMap(([systemName, system]) =>
      (isTaken(system) ? lengths(contentName, isStarted) : []).map((count): Trial => {
        const messages = Array.from({ length: count }, (__, at): Message => ({
          role: (at % 2 === 0) === isStarted ? 'assistant' : 'user',
          content: content(at),
        }));
        const all = system === undefined ? messages : [systemMessage(system), ...messages];
        const name = `${formatQuantity(count, 'message')}, ${systemName} and ${contentName}`;
        const isOrdinary = contentName === plainTexts && !isStarted;
        return { name, messages: all, seen: all, isOrdinary };
      }),
    ),
  );
  return isStarted ? plain : [...plain, ...thoughtTrials(thinking)];
}

const systemMessage = (content: string): Message => ({ role: 'system', content });

/** Answers with thinking, which Ollama keeps apart only for a template that asks for it. */
const thoughtTrials = (thinking: ThinkingForm | undefined): Trial[] =>
  [2, 3, 4, 5].map((count) => ({
    name: `${count} messages and thinking in answers`,
    messages: thoughtful(count, false),
    seen: thoughtful(count, thinking !== undefined),
    isOrdinary: false,
  }));

const thoughtful = (count: number, isKeptApart: boolean): OllamaMessage[] =>
  Array.from({ length: count }, (_, at) => {
    const [thinking, content] = [`Weigh ${at}.\nTwice.`, `Answer ${at}.`];
    if (at % 2 === 0) return { role: 'user', content: `Question ${at}?` };
    if (isKeptApart) return { role: 'assistant', content, thinking };
    return { role: 'assistant', content: thoughtOut(thinking, content) };
  });

/**
 * Where the texts of a run and those of a template of Ollama differ, in words that end a sentence;
 * undefined where they never do. Odd conversations that the run's template refuses prove nothing.
 */
export async function findDifference(
  template: string,
  render: RenderTraining,
  kind: TrialKind,
): Promise<string | undefined> {
  const program = parseGoTemplate(template);
  const found = await Promise.all(trials(kind).map((one) => tryOne(program, render, one)));
  return found.find((one) => one !== undefined);
}

async function tryOne(
  program: GoProgram,
  render: RenderTraining,
  { name, messages, seen, isOrdinary }: Trial,
): Promise<string | undefined> {
  const asPrompt = messages.at(-1)?.role === 'user';
  let trained: string;
  try {
    trained = textOf(await render(messages, asPrompt), asPrompt);
  } catch (error) {
    if (!(error instanceof TemplateError) || error.code === 'TEMPLATE_TOO_LONG') throw error;
    return isOrdinary ? `with ${name}, it fails: ${withoutStop(error.message)}` : undefined;
  }
  const written = runGoTemplate(program, seen);
  return written === trained ? undefined : describeDifference(name, trained, written);
}

/** A message as a part of a sentence. */
export const withoutStop = (message: string): string => message.replace(/\.$/, '');

const shownCharacters = 60;

function describeDifference(name: string, trained: string, written: string): string {
  let at = 0;
  while (trained[at] === written[at]) at += 1;
  const [one, other] = [trained, written].map((text) =>
    JSON.stringify(text.slice(at, at + shownCharacters)),
  );
  return `with ${name}, at character ${at + 1}, the run had ${one} where Ollama would have ${other}`;
}
