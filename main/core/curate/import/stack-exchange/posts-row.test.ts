import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { postRow } from '../../testing/import-fixtures.ts';
import { StackExchangeRow } from './posts-row.ts';

const read = (text: string) => StackExchangeRow.read(Buffer.from(text));

test('any text comes back from an attribute as it was written', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (body) => {
      const row = read(postRow({ Id: 1, Body: body, Score: -3 }).trim());
      expect([row.text('Body'), row.integer('Score')]).toEqual([body, -3]);
    }),
    { numRuns: 500 },
  );
});

test('an entity is decoded once: text about entities is not decoded twice', () => {
  const row = read('<row Body="&amp;lt; &#38;amp; &#x1F9ED; &amp;#xA; &#xA;&nbsp; &#1114112;" />');
  expect(row.text('Body')).toBe('&lt; &amp; 🧭 &#xA; \n&nbsp; &#1114112;');
});

test.each([
  ['<row Id="1" Body="never closed', 'the row is cut off inside Body'],
  ['<row Id="1"', 'the row is cut off after Id'],
  ['<row Id="1" Body="a "quoted" word" />', /^the row is broken after Body: "quoted/],
  ['<row Id="1"Score="2" />', /^the row is broken after Id/],
  ['<rowing Id="1" />', 'not a <row>'],
])('a broken row says where it breaks: %s', (text, message) => {
  expect(() => read(text)).toThrow(message);
});

test('a number that is none is not read as zero', () => {
  expect(() => read('<row Score="" />').integer('Score')).toThrow('Score is ""');
  expect(() => read('<row Score="1.5" />').integer('Score')).toThrow('expected a whole number');
  for (const id of ['1e3', '0x10', ' 7', '9007199254740993'])
    expect(() => read(`<row Id="${id}" />`).integer('Id')).toThrow(`Id is "${id}", expected`);
  expect(() => read('<row Id="1" />').integer('Score')).toThrow('the row has no Score');
});
