import { formatCount } from '../text/numbers.ts';
import { mostTemplateCharacters } from '../domain/recipe/recipe.ts';

/** A chat template with the name it has among several; `default` for the only one. */
interface NamedTemplate {
  name: string;
  template: string;
}

/** The templates of a `tokenizer_config.json` or `chat_template.json`; none where it is no such. */
export function templatesOfConfig(config: unknown): NamedTemplate[] {
  if (typeof config !== 'object' || config === null || !('chat_template' in config)) return [];
  const found = config.chat_template;
  if (typeof found === 'string') return [{ name: 'default', template: found }];
  return (Array.isArray(found) ? found : []).flatMap((one: unknown) => {
    const isNamed = typeof one === 'object' && one !== null && 'name' in one && 'template' in one;
    if (!isNamed || typeof one.name !== 'string' || typeof one.template !== 'string') return [];
    return [{ name: one.name, template: one.template }];
  });
}

/**
 * The chat template in the text of a file, in Jinja or in JSON as tokenizers are saved, or why
 * there is none. Whether it renders is found out where it is tried.
 */
export function templateOfFile(text: string): { template: string } | { problem: string } {
  if (text.trim() === '') return { problem: 'the file is empty.' };
  if (text.includes('\0')) return { problem: 'the file is not text: it has zero bytes.' };
  const config = parseObject(text);
  if (config === undefined) return checked(text);
  const templates = templatesOfConfig(config);
  const chosen = templates.find(({ name }) => name === 'default');
  if (chosen) return checked(chosen.template);
  if (templates.length === 0) return { problem: 'it is JSON without a "chat_template".' };
  const names = templates.map(({ name }) => name).join(', ');
  return {
    problem: `none of its chat templates is called default: ${names}. Save the one to use.`,
  };
}

function checked(template: string): { template: string } | { problem: string } {
  if (template.length > mostTemplateCharacters) {
    const [length, most] = [template.length, mostTemplateCharacters].map(formatCount);
    return { problem: `${length} characters; a template has at most ${most}.` };
  }
  if (/\{[{%]/.test(template)) return { template };
  return {
    problem: 'it has no {{ … }} or {% … %} and so would write the same for every conversation.',
  };
}

/** Templates in Jinja begin with a brace, too. */
function parseObject(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
