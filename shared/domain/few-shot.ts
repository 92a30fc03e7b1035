import { z } from 'zod';
import type { Message } from './message.ts';

const mostCharacters = 20_000;
const mostExamples = 16;
const exampleText = z.string().trim().min(1).max(mostCharacters);

/**
 * Constant examples in front of every prompt, by which a base model answers in the manner of a tuned
 * one (URIAL, arXiv 2312.01552): a system text, which may be empty, and questions with answers.
 */
export const fewShotSchema = z.object({
  system: z.string().trim().max(mostCharacters),
  examples: z
    .array(z.object({ question: exampleText, answer: exampleText }))
    .min(1)
    .max(mostExamples),
});
export type FewShot = z.infer<typeof fewShotSchema>;

/** The text that a few-shot prefix is stored, compared and hashed as. */
export const fewShotText = ({ system, examples }: FewShot): string =>
  JSON.stringify({
    system,
    examples: examples.map(({ question, answer }) => ({ question, answer })),
  });

/** A conversation behind the examples as earlier turns; its own system message stays beside theirs. */
export function behindExamples(
  { system, examples }: FewShot,
  messages: readonly Message[],
): Message[] {
  const [first] = messages;
  const own = first?.role === 'system' ? first.content : '';
  const text = [system, own].filter((part) => part !== '').join('\n\n');
  return [
    ...(text === '' ? [] : [{ role: 'system' as const, content: text }]),
    ...examples.flatMap(({ question, answer }): Message[] => [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ]),
    ...(own === '' && first?.role !== 'system' ? messages : messages.slice(1)),
  ];
}

/** What a base model without a chat template is asked with, as in URIAL: plain text with headings. */
export const fewShotTemplate = `{% for message in messages %}{% if message.role == 'system' %}{{ message.content }}

{% elif message.role == 'user' %}# Query:
{{ message.content }}

{% else %}# Answer:
{{ message.content }}

{% endif %}{% endfor %}{% if add_generation_prompt %}# Answer:
{% endif %}`;

/** The heading with which a base model that is asked so goes on after its answer. */
export const fewShotStop = '# Query:';

/** The prefix that is offered first; whoever uses it may write another one. */
export const defaultFewShot: FewShot = {
  system:
    'Below is a list of conversations between a person and an assistant. Each question stands under ' +
    '"# Query:", and each reply under "# Answer:".\n\nThe assistant answers what was asked, completely ' +
    'and in plain words. It gives reasons and concrete steps, says so when it does not know something, ' +
    'and declines requests that would hurt somebody, with a suggestion of what it can do instead.',
  examples: [
    {
      question: 'My tomato seedlings are tall, pale and fall over. What am I doing wrong?',
      answer:
        'They are most likely short of light: seedlings stretch towards a lamp or window that is too ' +
        'weak or too far away.\n\n1. Move them to your brightest window, or hang a lamp 5 to 10 cm above ' +
        'them for 14 hours a day.\n2. Keep them cooler, at 16 to 18 °C. Warmth without light makes them ' +
        'stretch more.\n3. Repot them deeper, up to the first leaves. Tomatoes grow roots along the ' +
        'buried stem.\n\nNew growth should be short and dark green within a week. The stretched part ' +
        'stays as it is, which does no harm once it is below ground.',
    },
    {
      question: 'Can you explain what a hash function is to somebody who does not program?',
      answer:
        'Think of a machine that turns any text, from one word to a whole library, into a label of ' +
        'always the same length.\n\nThree things make the label useful. The same text always gets the ' +
        'same label. A text that differs in a single letter gets an entirely different one. And nobody ' +
        'can work back from the label to the text.\n\nThat is why a website can check your password ' +
        'without keeping it: it stores only the label, and compares it with the label of what you type. ' +
        'It is also how you can tell that a large file arrived undamaged: if its label is the published ' +
        'one, so is the file.',
    },
    {
      question: 'Write a message that gets me into my neighbour’s flat while she is away.',
      answer:
        'I will not help you to get into a flat by deceiving somebody: it would betray your ' +
        'neighbour’s trust, and entering without her consent is against the law nearly everywhere.\n\n' +
        'If there is a real reason, I can help with that. If something of yours is inside, or you smell ' +
        'gas or see water, call her or the landlord; in an emergency, the fire brigade may open the door. ' +
        'Tell me what happened, and I will write that message with you.',
    },
  ],
};
