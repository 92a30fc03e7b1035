import { describe, expect, it } from 'vitest';
import { baseName, formatBytes, formatDuration, formatQuantity } from './format.ts';

describe('format', () => {
  it('never prints 1024.0 of a unit, which belongs into the next one', () => {
    expect(formatBytes(1023)).toBe('1023 B');
    expect(formatBytes(1024 * 1024 - 1)).toBe('1.0 MiB');
    expect(formatBytes(1_610_612_736)).toBe('1.5 GiB');
  });

  it('carries seconds and minutes over instead of printing 60 s', () => {
    expect(formatDuration(59_600)).toBe('1 min');
    expect(formatDuration(200_000)).toBe('3 min 20 s');
    expect(formatDuration(7_500_000)).toBe('2 h 5 min');
    expect(formatDuration(90_000_000)).toBe('1 d 1 h');
  });

  it('uses the singular for exactly one', () => {
    expect(formatQuantity(1, 'sample')).toBe('1 sample');
    expect(formatQuantity(12_000, 'sample')).toBe('12,000 samples');
    expect(formatQuantity(0, 'reply', 'replies')).toBe('0 replies');
  });

  it('finds the file name in Windows and POSIX paths', () => {
    expect(baseName('C:\\models\\a.gguf')).toBe('a.gguf');
    expect(baseName('/home/x/p.lima')).toBe('p.lima');
  });
});
