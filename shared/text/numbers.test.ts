import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatQuantity,
  formatShare,
  formatDuration,
  timeLeft,
} from './numbers.ts';

describe('counts', () => {
  test('have commas between thousands and the singular for exactly one', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567');
    expect(formatQuantity(1, 'sample')).toBe('1 sample');
    expect(formatQuantity(12_000, 'sample')).toBe('12,000 samples');
    expect(formatQuantity(0, 'reply', 'replies')).toBe('0 replies');
  });

  test('as shares have a space before the percent sign', () => {
    expect(formatShare(0.25)).toBe('25 %');
    expect(formatShare(0.1249, 1)).toBe('12.5 %');
  });
});

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

describe('bytes', () => {
  test.each(units.slice(1).map((unit, index) => [units[index], unit, index] as const))(
    'in %s that round up to 1024 are 1 %s',
    (_below, above, power) => {
      const whole = 1024 ** (power + 1);
      expect(formatBytes(whole)).toBe(`1.0 ${above}`);
      expect(formatBytes(whole, 2)).toBe(`1.00 ${above}`);
      if (power === 0) return;
      expect(formatBytes(whole - 1)).toBe(`1.0 ${above}`);
      expect(formatBytes(whole - 0.049 * 1024 ** power)).toBe(`1.0 ${above}`);
      expect(formatBytes(whole - 0.0049 * 1024 ** power, 2)).toBe(`1.00 ${above}`);
    },
  );

  test.each(units.slice(1, -1).map((unit, index) => [unit, index + 1] as const))(
    'in %s that round down stay in their unit',
    (unit, power) => {
      expect(formatBytes((1024 - 0.051) * 1024 ** power)).toBe(`1023.9 ${unit}`);
      expect(formatBytes((1024 - 0.0051) * 1024 ** power, 2)).toBe(`1023.99 ${unit}`);
    },
  );

  test('are whole below 1024, and keep their sign', () => {
    expect(formatBytes(0)).toBe('0 B');
    expect(formatBytes(1023)).toBe('1023 B');
    expect(formatBytes(-1_610_612_736)).toBe('-1.5 GiB');
  });
});

describe('durations', () => {
  test.each([
    [0, '0 ms'],
    [850, '850 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [12_000, '12 s'],
    [59_499, '59 s'],
    [59_600, '1 min'],
    [200_000, '3 min 20 s'],
    [3_599_400, '59 min 59 s'],
    [3_599_600, '1 h'],
    [7_500_000, '2 h 5 min'],
    [24 * 3_600_000 - 30_001, '23 h 59 min'],
    [24 * 3_600_000 - 29_999, '1 d'],
    [90_000_000, '1 d 1 h'],
    [400 * 86_400_000, '400 d'],
    [-5, '0 ms'],
  ])('of %d ms are told in their two largest units, rounded to the smaller one', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test('that nobody knows yet leave no words of time', () => {
    expect(timeLeft(null)).toBe('');
    expect(timeLeft(61_000)).toBe('1 min 1 s left');
  });
});
