import { expect, test } from 'vitest';
import { behindExamples, fewShotTemplate } from '../domain/few-shot.ts';
import { renderConversation } from './render-conversation.ts';

const fewShot = {
  system: 'Be kind.',
  examples: [
    { question: 'One?', answer: 'Eins.' },
    { question: 'Two?', answer: 'Zwei.' },
  ],
};
const user = (content: string) => ({ role: 'user' as const, content });

test('a base without a template is asked with headings, and the examples before its question', () => {
  const asked = renderConversation(fewShotTemplate, behindExamples(fewShot, [user('Three?')]), {
    bosText: '',
    eosText: '</s>',
    endTexts: ['</s>'],
    addGenerationPrompt: true,
  });
  expect(asked.map(({ text }) => text).join('')).toBe(
    [
      'Be kind.',
      '# Query:\nOne?',
      '# Answer:\nEins.',
      '# Query:\nTwo?',
      '# Answer:\nZwei.',
      '# Query:\nThree?',
      '# Answer:\n',
    ].join('\n\n'),
  );
});
