import type { Message } from '../../../shared/domain/message.ts';
import { TemplateError } from '../../../shared/template/template-error.ts';
import { renderGoTemplate } from './go-template.ts';
import { type RenderTraining, textOf } from './probe-template.ts';

/** A conversation that both languages must write alike, and how a person calls it. */
interface Trial {
  name: string;
  messages: Message[];
}

const contents = {
  'plain texts': (index: number) => `Text ${index} about tea.`,
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

/** Conversations of up to four questions that end with a question, or with an answer. */
function trials({ isStarted, takesSystem }: { isStarted: boolean; takesSystem: boolean }): Trial[] {
  return Object.entries(contents).flatMap(([contentName, content]) =>
    Object.entries(systemTexts).flatMap(([systemName, system]) =>
      Array.from({ length: 8 }, (_, index): Trial => {
        const count = index + 1 + (isStarted ? 1 : 0);
        const messages = Array.from({ length: count }, (__, at): Message => ({
          role: (at % 2 === 0) === isStarted ? 'assistant' : 'user',
          content: content(at),
        }));
        const name = `${count} messages, ${systemName} and ${contentName}`;
        if (system === undefined) return { name, messages };
        return { name, messages: [{ role: 'system', content: system }, ...messages] };
      }).filter(({ messages }) => takesSystem || messages[0]?.role !== 'system'),
    ),
  );
}

/**
 * Where the texts of a run and those of a template of Ollama differ, in words that end a sentence;
 * undefined where they never do. Conversations that the run's template refuses prove nothing.
 */
export async function findDifference(
  template: string,
  render: RenderTraining,
  kind: { isStarted: boolean; takesSystem: boolean },
): Promise<string | undefined> {
  const found = await Promise.all(trials(kind).map((one) => tryOne(template, render, one)));
  return found.find((one) => one !== undefined);
}

async function tryOne(
  template: string,
  render: RenderTraining,
  { name, messages }: Trial,
): Promise<string | undefined> {
  const asPrompt = messages.at(-1)?.role === 'user';
  let trained: string;
  try {
    trained = textOf(await render(messages, asPrompt), asPrompt);
  } catch (error) {
    if (error instanceof TemplateError && error.code !== 'TEMPLATE_TOO_LONG') return undefined;
    throw error;
  }
  const written = renderGoTemplate(template, messages);
  return written === trained ? undefined : describeDifference(name, trained, written);
}

const shownCharacters = 60;

function describeDifference(name: string, trained: string, written: string): string {
  let at = 0;
  while (trained[at] === written[at]) at += 1;
  const [one, other] = [trained, written].map((text) =>
    JSON.stringify(text.slice(at, at + shownCharacters)),
  );
  return `with ${name}, at character ${at + 1}, the run had ${one} where Ollama would have ${other}`;
}
