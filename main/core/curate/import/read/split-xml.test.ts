import { expect, test } from 'vitest';
import { XmlSplitter, withoutPrologue } from './split-xml.ts';

function split(text: string, chunkBytes: number, maxBytes?: number) {
  const splitter = new XmlSplitter(maxBytes);
  const bytes = Buffer.from(text);
  const pieces = [];
  for (let start = 0; start < bytes.length; start += chunkBytes)
    pieces.push(...splitter.push(bytes.subarray(start, start + chunkBytes)));
  pieces.push(...splitter.end());
  return pieces.map(
    ({ kind, line, bytes: piece }) => `${line} ${kind}: ${piece?.toString() ?? 'too long'}`,
  );
}

const licence = `<!--
  Licensed as <https://example.org/t> says: "share-alike".
  <row Id="9"/>
-->`;

test.each<[string, string, string[]]>([
  [
    'comments, instructions and document types say nothing about rows',
    `\uFEFF<?xml version="1.0"?>\n${licence}\n<!DOCTYPE posts [<!ENTITY a "]>">]>\n<posts>\n<?x <row?>\n<row a="1"/>\n</posts>`,
    ['9 row: <row a="1"/>', '10 end: </posts>'],
  ],
  [
    'rows share a line',
    '<row a="1"/><row a="2"/> <row a="3"/>',
    ['1 row: <row a="1"/>', '1 row: <row a="2"/>', '1 row: <row a="3"/>'],
  ],
  [
    'a row has attributes on several lines and an end tag',
    '<row\n a="1"\n b=">"\n></row>\n<row a="2">\n</row>',
    ['1 row: <row\n a="1"\n b=">"\n>', '5 row: <row a="2">'],
  ],
  [
    'a quote that is not closed ends at the next row',
    '<row a="1/><row a="2"/>\n</posts>',
    ['1 row: <row a="1/>', '1 row: <row a="2"/>', '2 end: </posts>'],
  ],
  [
    'a row with raw brackets in its texts is whole',
    `<row tags="<a><b>" b='"'/>`,
    [`1 row: <row tags="<a><b>" b='"'/>`],
  ],
  [
    'what is no row is told with its line',
    'text\n<row a="1"/>\n<user a="2"/>\n<![CDATA[x]]>',
    ['1 stray: text\n', '2 row: <row a="1"/>', '3 stray: <user a="2"/>', '4 stray: <![CDATA[x]]>'],
  ],
  [
    'a comment or a row that is cut off is told',
    '<row a="1"/><!-- never <row a="2"/>',
    ['1 row: <row a="1"/>', '1 stray: <!-- never <row a="2"/>'],
  ],
])('%s', (_, text, expected) => {
  for (const chunkBytes of [1, 5, 16, 1000]) expect(split(text, chunkBytes)).toEqual(expected);
});

test('a row over the limit is told, and those after it are read', () => {
  const text = `<row a="${'x\n'.repeat(300)}"/>\n<row b="2"/>`;
  for (const chunkBytes of [7, 5000])
    expect(split(text, chunkBytes, 100)).toEqual(['1 row: too long', '302 row: <row b="2"/>']);
});

// Sixteen seconds a megabyte when every row looks for the next line end.
test('rows on one line take no longer than rows on many', () => {
  const pieces = split('<row a="1"/>'.repeat(400_000), 262_144);
  expect(pieces).toHaveLength(400_000);
});

test('a root is found behind declarations and comments', () => {
  expect(withoutPrologue(`<?xml?>\n${licence}<!DOCTYPE x [<!ENTITY a "b">]>\n<posts>`)).toBe(
    '<posts>',
  );
  expect(withoutPrologue('<!-- never')).toBe('');
});
