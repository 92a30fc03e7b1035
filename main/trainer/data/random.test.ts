import { assert, nat, property } from 'fast-check';
import { expect, test } from 'vitest';
import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import { deriveSeed, shuffledOrder } from './random.ts';

test('a shuffle loses and repeats nothing', () => {
  assert(
    property(nat(200), nat(), (count, seed) => {
      const order = [...shuffledOrder(count, seededUniform(seed))];
      expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
    }),
  );
});

test('every place is equally likely for the first element', () => {
  const counts = [0, 0, 0, 0, 0];
  const uniform = seededUniform(1);
  for (let run = 0; run < 10_000; run++) {
    const place = shuffledOrder(5, uniform).indexOf(0);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
});

test('neighbouring seeds and stream numbers hardly ever give the same seed', () => {
  const seeds = new Set<number>();
  for (let seed = 0; seed < 50; seed++)
    for (let stream = 0; stream < 50; stream++) seeds.add(deriveSeed(seed, stream));
  expect(seeds.size).toBeGreaterThan(2498);
});
