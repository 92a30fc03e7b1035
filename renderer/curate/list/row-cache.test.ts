import { describe, expect, it } from 'vitest';
import type { SampleRow } from '../../../shared/domain/sample.ts';
import { RowCache } from './row-cache.ts';

function row(seq: number, promptPreview = `p${seq}`): SampleRow {
  return {
    seq,
    id: `id${seq}`,
    status: 'pending',
    source: 's',
    promptPreview,
    answerPreview: '',
    turns: 2,
    characters: 1,
    flags: [],
  };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));
const list = (length: number) => Array.from({ length }, (_, index) => index + 1);

describe('RowCache', () => {
  it('asks for each row once, however often the list scrolls over it', async () => {
    const asked: number[] = [];
    const cache = new RowCache((seqs) => {
      asked.push(...seqs);
      return Promise.resolve(seqs.map((seq) => row(seq)));
    });
    const seqs = list(1000);
    cache.show(seqs, 0, 20);
    cache.show(seqs, 5, 25);
    await settled();
    cache.show(seqs, 150, 170);
    await settled();
    expect(new Set(asked).size).toBe(asked.length);
    expect(cache.get(171)?.promptPreview).toBe('p171');
    expect(asked).toContain(201);
    expect(asked).not.toContain(401);
  });

  it('skips what was scrolled past while earlier requests were under way', async () => {
    const waiting: (() => void)[] = [];
    const asked: number[] = [];
    const cache = new RowCache((seqs) => {
      asked.push(seqs[0] ?? 0);
      return new Promise((resolve) => waiting.push(() => resolve(seqs.map((seq) => row(seq)))));
    });
    const seqs = list(100_000);
    for (let first = 0; first < 90_000; first += 1000) cache.show(seqs, first, first + 20);
    expect(asked.length).toBeLessThanOrEqual(3);
    while (waiting.length > 0) {
      waiting.shift()?.();
      await settled();
    }
    expect(cache.get(89_001)).toBeDefined();
    expect(asked.length).toBeLessThan(10);
  });

  it('keeps showing old rows until the changed ones arrive', async () => {
    let text = 'old';
    const cache = new RowCache((seqs) => Promise.resolve(seqs.map((seq) => row(seq, text))));
    cache.show([1, 2], 0, 1);
    await settled();
    text = 'new';
    cache.invalidate();
    expect(cache.get(1)?.promptPreview).toBe('old');
    await settled();
    expect(cache.get(1)?.promptPreview).toBe('new');
  });

  it('asks after a change for the rows in sight, and for the others once they come into it', async () => {
    const asked: number[][] = [];
    const cache = new RowCache((seqs) => {
      asked.push(seqs);
      return Promise.resolve(seqs.map((seq) => row(seq)));
    });
    const seqs = list(300);
    cache.show(seqs, 10, 12);
    await settled();
    asked.length = 0;
    cache.invalidate();
    await settled();
    cache.show(seqs, 12, 14);
    await settled();
    expect(asked).toEqual([
      [11, 12, 13],
      [14, 15],
    ]);
  });

  it('asks again for rows that changed while they were being fetched', async () => {
    let text = 'old';
    const cache = new RowCache((seqs) => {
      const now = text;
      return settled().then(() => seqs.map((seq) => row(seq, now)));
    });
    cache.show([1], 0, 0);
    await settled();
    await settled();
    cache.invalidate();
    text = 'new';
    cache.invalidate();
    await settled();
    await settled();
    await settled();
    expect(cache.get(1)?.promptPreview).toBe('new');
  });
});
