import { expect, test } from 'vitest';
import type { Message } from '../../../shared/domain/message.ts';
import { limaMessages, turnMessages } from './import/formats/conversations.ts';
import { pairMessages } from './import/formats/pairs.ts';
import { RecordFields } from './import/formats/record-fields.ts';
import { datasetLine, hasSystem, hasWeights, refuseLost } from './dataset-lines.ts';

const plain: Message[] = [
  { role: 'user', content: 'q' },
  { role: 'assistant', content: 'a' },
  { role: 'user', content: 'r' },
  { role: 'assistant', content: '<think>\nHm.\n</think>\n\nb' },
];
const system: Message[] = [{ role: 'system', content: 'S' }, ...plain];
const masked = system.map((message, index) =>
  index === 2 ? { ...message, weight: 0 as const } : message,
);
const provenance = {
  url: 'https://tea.example/1',
  title: 'Tea?',
  authors: ['Ann', 'Ben'],
  licence: 'CC BY-SA 4.0',
};
const itemOf = (messages: Message[]) => ({ sampleId: 's', source: 'tea', provenance, messages });

const readers = {
  messages: (fields: RecordFields) => turnMessages(fields, 'messages'),
  sharegpt: (fields: RecordFields) => turnMessages(fields, 'conversations'),
  alpaca: pairMessages,
  lima: limaMessages,
};

test.each([
  ['messages', masked],
  ['sharegpt', masked],
  ['alpaca', system],
  ['lima', plain],
] as const)(
  'what is written as %s is read back to the letter, with where it is from',
  (format, messages) => {
    const line = datasetLine(itemOf([...messages]), { format, attribution: true });
    const fields = new RecordFields(JSON.parse(JSON.stringify(line)));
    expect(readers[format](fields)).toEqual(messages);
    expect(fields.origin()).toEqual({ source: 'tea', provenance });
  },
);

test('a line says where it is from only when asked, and leaves out what is not known', () => {
  const item = itemOf(plain);
  const line = (attribution: boolean, known: object) =>
    JSON.stringify(
      datasetLine({ ...item, provenance: known }, { format: 'messages', attribution }),
    );
  expect(line(false, provenance)).not.toContain('tea');
  expect(line(true, {})).toContain('"metadata":{"source":"tea"}');
});

test('a form that cannot say which answers are trained refuses samples where not all are', () => {
  const counts = { withSystem: 0, withWeights: Number(hasWeights(itemOf(masked))) };
  expect([hasSystem, hasWeights].map((has) => has(itemOf(plain)))).toEqual([false, false]);
  for (const format of ['alpaca', 'lima'] as const)
    expect(() => refuseLost(counts, format)).toThrow(
      /1 has an answer that is kept out of the loss/,
    );
  for (const format of ['messages', 'sharegpt'] as const)
    expect(() => refuseLost({ withSystem: 1, withWeights: 1 }, format)).not.toThrow();
  expect(() => refuseLost({ withSystem: 2, withWeights: 0 }, 'lima')).toThrow(/2 have a system/);
});
