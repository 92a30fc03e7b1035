import { expect, test } from 'vitest';
import { seededUniform } from '../domain/seeded-uniform.ts';
import { ExactDuplicates } from './exact-duplicates.ts';
import { NearDuplicates } from './near-duplicates.ts';

function groupsOf(texts: readonly string[], threshold = 0.4): number[][] {
  const near = new NearDuplicates(threshold);
  for (const text of texts) near.add(text);
  return near.groups().map(({ members }) => members);
}

function exactGroupsOf(texts: readonly string[]): number[][] {
  const exact = new ExactDuplicates();
  for (const text of texts) exact.add(text);
  return exact.groups().map(({ members }) => members);
}

const bread = 'Let the dough rest in a cold place over night, and bake it in the morning.';

/** Texts of words as frequent as in a language, and of some a copy with one word in ten replaced. */
function planted(count: number, words: number) {
  const uniform = seededUniform(7);
  const word = () => `w${Math.floor(20_000 ** uniform())}`;
  const texts: string[] = [];
  const originOf: number[] = [];
  while (texts.length < count) {
    const origin = texts.length;
    const text = Array.from({ length: words }, word);
    texts.push(text.join(' '));
    originOf.push(origin);
    if (origin % 5 > 0) continue;
    const replaced = Math.floor(10 * uniform());
    const copy = text.map((own, at) => (at % 10 === replaced ? word() : own.toUpperCase()));
    texts.push(copy.join(', '));
    originOf.push(origin);
  }
  return { texts, originOf };
}

test.each([40, 170])(
  'of texts of %i words those are found in which one word in ten was replaced, and no others',
  (words) => {
    const { texts, originOf } = planted(3000, words);
    const groups = groupsOf(texts);
    const wanted = originOf.filter((origin, index) => origin !== index).length;
    const right = groups.filter(([first, ...others]) =>
      others.every((other) => originOf[other] === originOf[first ?? -1]),
    );
    expect(right).toHaveLength(groups.length);
    expect(groups.length).toBeGreaterThan(0.95 * wanted);
  },
);

test('case, punctuation and spaces make no difference, the order of words does', () => {
  const other = bread.toUpperCase().replaceAll(' ', '\n— ');
  const turned = bread.split(' ').toReversed().join(' ');
  expect(groupsOf([bread, turned, other], 1)).toEqual([[0, 2]]);
  expect(exactGroupsOf([bread, turned, other])).toEqual([[0, 2]]);
});

test('a copy with another end is alike, and not the same', () => {
  const longer = `${bread} Then eat it.`;
  expect(groupsOf([bread, longer])).toEqual([[0, 1]]);
  expect(groupsOf([bread, longer], 0.9)).toEqual([]);
  expect(exactGroupsOf([bread, longer])).toEqual([]);
});

test('texts without spaces are compared by their signs', () => {
  const text = '把面团放在阴凉的地方过夜，早上再烤。';
  expect(groupsOf([text, bread, `${text}好吃`])).toEqual([[0, 2]]);
});

test('texts without a word are no duplicates of each other, short ones of the same words are', () => {
  expect(groupsOf(['', '?!', '', '…'])).toEqual([]);
  expect(exactGroupsOf(['', '?!', '', '…'])).toEqual([]);
  expect(groupsOf(['Yes.', 'No.', 'yes'])).toEqual([[0, 2]]);
});

test('a group tells the least similarity by which a member joined', () => {
  const near = new NearDuplicates(0.4);
  for (const text of [bread, bread, `${bread} Then eat it.`, 'Nothing alike here at all.'])
    near.add(text);
  const [group] = near.groups();
  expect(group?.members).toEqual([0, 1, 2]);
  // 14 runs of three words, and 17 in the longer text.
  expect(group?.similarity).toBeCloseTo(14 / 17, 10);
});

test('a thousand copies are one group', () => {
  const texts = Array.from({ length: 1000 }, (_, index) => `${bread} ${index % 2}`);
  expect(groupsOf(texts).map(({ length }) => length)).toEqual([1000]);
});
