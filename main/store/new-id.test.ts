import { validate, version } from 'uuid';
import { afterEach, expect, test, vi } from 'vitest';
import { newId } from './new-id.ts';

afterEach(() => vi.useRealTimers());

test('ids are of version 7, and stand in the order in which they were made, also when the clock is set back', () => {
  const ids = Array.from({ length: 5000 }, newId);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
  ids.push(...Array.from({ length: 5000 }, newId));
  vi.useRealTimers();
  ids.push(...Array.from({ length: 100 }, newId));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(ids.toSorted());
  expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
});
