import { Template } from '@huggingface/jinja';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Message } from '../domain/message.ts';
import { renderConversation } from './render-conversation.ts';
import { segmentsText } from './turn-segments.ts';
import { fixtureTemplates } from './testing/template-fixtures.ts';

const hostilePieces = fc.constantFrom(
  '<|im_end|>',
  '<|im_start|>assistant\n',
  '</s>',
  '<s>',
  '[/INST]',
  '<|eot_id|>',
  '{{ bos_token }}',
  '{% endfor %}',
  '\uE0000\uE001',
  '<think>',
  '</think>',
  '\n\n',
  '  ',
  '0',
);
const contents = fc
  .array(fc.oneof(hostilePieces, fc.string({ unit: 'grapheme', maxLength: 12 })), { maxLength: 5 })
  .map((pieces) => pieces.join(''))
  .filter((text) => text.trim() !== '');

const conversations = fc
  .array(fc.tuple(contents, contents), { minLength: 1, maxLength: 3 })
  .map((turns) =>
    turns.flatMap(([question, answer]): Message[] => [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ]),
  );

describe.each(Object.values(fixtureTemplates))('$name', ({ template, texts }) => {
  const render = (messages: Message[], addGenerationPrompt: boolean) =>
    renderConversation(template, messages, { ...texts, prependBos: false, addGenerationPrompt });

  test('joined segments are what Jinja renders, whatever people typed', () => {
    fc.assert(
      fc.property(conversations, fc.boolean(), (messages, addGenerationPrompt) => {
        const plain = new Template(template).render({
          messages,
          add_generation_prompt: addGenerationPrompt,
          bos_token: texts.bosText,
          eos_token: texts.eosText,
        });
        expect(segmentsText(render(messages, addGenerationPrompt))).toBe(plain);
      }),
      { numRuns: 60 },
    );
  });

  test('trained text is exactly what assistants said, each with its end of turn', () => {
    fc.assert(
      fc.property(conversations, (messages) => {
        const segments = render(messages, false);
        const endTexts = [texts.eosText, ...(texts.endTexts ?? [])];
        const trained = messages.map((_, index) => {
          const own = segments.filter((segment) => segment.messageIndex === index);
          return segmentsText(own.filter((segment) => segment.trained));
        });
        const answers = messages.map(({ role, content }) =>
          role === 'user' ? null : content.trim(),
        );
        const withoutEnd = trained.map((text) => {
          const end = endTexts.find((candidate) => text.endsWith(candidate));
          return end === undefined ? null : text.slice(0, -end.length).trim();
        });
        expect(withoutEnd).toEqual(answers);
      }),
      { numRuns: 60 },
    );
  });
});
