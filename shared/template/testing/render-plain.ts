import { runTemplate } from '../run-template.ts';

const messages = [
  { role: 'user', content: '\n    return x \n' },
  { role: 'assistant', content: 'ok' },
] as const;

/** What a template writes for a question of white space and code, and its answer. */
export const renderPlain = (template: string): string =>
  runTemplate(template, messages, { bosText: '<s>', eosText: '</s>', addGenerationPrompt: false });
