import type { Message } from '../domain/message.ts';
import { BoundedInterpreter } from './jinja/bounded-interpreter.ts';
import { jinjaFunctions } from './jinja/container-methods.ts';
import { scopeIn } from './jinja/jinja-values.ts';
import {
  JinjaSyntaxError,
  parseJinja,
  type ParsedTemplate,
  type TemplatePlace,
} from './jinja/parsed-template.ts';
import { sandboxGlobals, tooLong } from './jinja-sandbox.ts';
import { TemplateError } from './template-error.ts';
import { splitThinking } from './thinking.ts';

/** Values a template sees beside the messages; both texts may be empty. */
export interface TemplateValues {
  bosText: string;
  eosText: string;
  addGenerationPrompt: boolean;
}

const maxCachedTemplates = 16;
/** Templates of published models have at most a few ten thousand. */
const maxTemplateCharacters = 1_000_000;
/** What a template may write beside the contents, each of which it may write twice. */
const freeCharacters = 1_000_000;

const parsedTemplates = new Map<string, ParsedTemplate>();

/**
 * Renders a Jinja chat template as Hugging Face's `apply_chat_template` does (no tools, no
 * documents), but with bounded work and a fixed date. Throws `TemplateError`.
 */
export function runTemplate(
  template: string,
  messages: readonly Pick<Message, 'role' | 'content'>[],
  values: TemplateValues,
): string {
  const parsed = parseTemplate(template);
  const field = thoughtField(template);
  const variables = {
    ...sandboxGlobals,
    messages: messages.map((message) => messageFor(message, field)),
    add_generation_prompt: values.addGenerationPrompt,
    bos_token: values.bosText,
    eos_token: values.eosText,
  };
  const environment = scopeIn();
  for (const [name, value] of Object.entries(variables)) environment.set(name, value);
  for (const [name, value] of Object.entries(jinjaFunctions)) environment.setVariable(name, value);
  const mostCharacters =
    freeCharacters + 2 * messages.reduce((sum, m) => sum + m.content.length, 0);
  const interpreter = new BoundedInterpreter(environment);
  try {
    const text = String(interpreter.run(parsed.program).value);
    if (text.length <= mostCharacters) return text;
    throw tooLong(`it writes ${text.length} characters around this conversation`);
  } catch (error) {
    if (error instanceof TemplateError) throw error;
    const place = parsed.placeOf(interpreter.failedNode);
    const reason = error instanceof Error ? error.message : String(error);
    // The stack, a string or a list reached the limit of the engine.
    if (error instanceof RangeError) throw tooLong(reason);
    throw new TemplateError(
      'TEMPLATE_FAILED',
      `The model's chat template refuses this conversation: ${reason}${atPlace(place)}`,
      { cause: error, line: place?.line },
    );
  }
}

/** Whether a template looks for thinking in the content of an answer, as most do. */
const splitsContent = /['"]<\/think>['"]\s*in\b|split\(\s*['"]<\/think>/;
const fieldOfThought = /\bmessage(?:\.|\[['"]|\.get\(['"])(reasoning_content|thinking|reasoning)\b/;

/** The field of a message in which a template alone looks for thinking (gpt-oss), where one does. */
function thoughtField(template: string): string | undefined {
  return splitsContent.test(template) ? undefined : fieldOfThought.exec(template)?.[1];
}

function messageFor({ role, content }: Pick<Message, 'role' | 'content'>, field?: string) {
  const plain = { role, content };
  if (field === undefined || role !== 'assistant' || !content.trimStart().startsWith('<think>'))
    return plain;
  const { thinking, answer } = splitThinking(content);
  return answer === '' ? plain : { role, content: answer, [field]: thinking };
}

/** Where something failed, behind the reason. */
const atPlace = (place: TemplatePlace | undefined) =>
  place ? ` (line ${place.line}: ${place.tag})` : '';

function parseTemplate(template: string): ParsedTemplate {
  const known = parsedTemplates.get(template);
  if (known) return known;
  if (template.length > maxTemplateCharacters)
    throw new TemplateError(
      'TEMPLATE_INVALID',
      `The model's chat template has ${template.length} characters; at most ` +
        `${maxTemplateCharacters} are read.`,
    );
  let parsed: ParsedTemplate;
  try {
    parsed = parseJinja(template);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const place = error instanceof JinjaSyntaxError ? error.place : undefined;
    throw new TemplateError(
      'TEMPLATE_INVALID',
      `The model's chat template cannot be parsed: ${reason}${atPlace(place)}`,
      { cause: error, line: place?.line },
    );
  }
  if (parsedTemplates.size >= maxCachedTemplates) parsedTemplates.clear();
  parsedTemplates.set(template, parsed);
  return parsed;
}
