import { describe, expect, it } from 'vitest';
import { seededUniform } from '../domain/seeded-uniform.ts';
import { lengthControlledWinRate, type LengthPreference } from './length-controlled.ts';

/** Preferences that a known model of the form that is fitted would give, exactly. */
function modelled(theta: number, phi: number, count = 400): LengthPreference[] {
  const random = seededUniform(1);
  const lengths = Array.from({ length: count }, () => Math.round(2000 * (random() - 0.4)));
  const mean = lengths.reduce((sum, one) => sum + one, 0) / count;
  const variance = lengths.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (count - 1);
  return lengths.map((extraCharacters) => {
    const x = Math.tanh(extraCharacters / Math.sqrt(variance));
    return { extraCharacters, preference: 1 / (1 + Math.exp(-theta - phi * x)) };
  });
}

describe('the length-controlled win rate', () => {
  it('is what the preferences would be between answers of one length', () => {
    const rows = modelled(-0.8, 1.5);
    expect(lengthControlledWinRate(rows)).toBeCloseTo(1 / (1 + Math.exp(0.8)), 9);
    const raw = rows.reduce((sum, { preference }) => sum + preference, 0) / rows.length;
    expect(raw).toBeGreaterThan(0.36);
  });

  it('is one minus itself seen from the other side, and ½ of a system against itself', () => {
    const rows = modelled(0.4, -2);
    const turned = rows.map(({ preference, extraCharacters }) => ({
      preference: 1 - preference,
      extraCharacters: -extraCharacters,
    }));
    const value = lengthControlledWinRate(rows) ?? 0;
    expect(lengthControlledWinRate(turned)).toBeCloseTo(1 - value, 9);
    expect(lengthControlledWinRate([...rows, ...turned])).toBeCloseTo(0.5, 9);
  });

  it('is the mean where all answers are equally long, and all or nothing where all say the same', () => {
    const equal = [1, 1, 0.5, 0].map((preference) => ({ preference, extraCharacters: 0 }));
    expect(lengthControlledWinRate(equal)).toBeCloseTo(0.625, 9);
    expect(lengthControlledWinRate(modelled(0, 0).map((row) => ({ ...row, preference: 1 })))).toBe(
      1,
    );
    expect(lengthControlledWinRate([{ preference: 0, extraCharacters: 5 }])).toBe(0);
  });

  it('is unknown where lengths alone decide, and without any preference', () => {
    const rows = modelled(0, 0).map(({ extraCharacters }) => ({
      extraCharacters,
      preference: extraCharacters > 0 ? 1 : 0,
    }));
    expect(lengthControlledWinRate(rows)).toBeNull();
    expect(lengthControlledWinRate([])).toBeNull();
  });

  // Wins of 30 at +200 and of 30 at −200: odds of 9 and 1/9, and of 9 and 1/4. With a spread of 7,700
  // for one answer of 60,000 characters each of the others is 0.026 of it, and φ is above 60.
  it.each([
    [27, 3, 0.5],
    [27, 6, 0.6],
  ])('is that of overlapping lengths however far off one answer is', (longer, shorter, rate) => {
    const rows = Array.from({ length: 60 }, (_, at) => ({
      extraCharacters: at < 30 ? 200 : -200,
      preference: (at < 30 ? at < longer : at - 30 < shorter) ? 1 : 0,
    }));
    const outlier = { extraCharacters: 60_000, preference: 1 };
    expect(lengthControlledWinRate(rows)).toBeCloseTo(rate, 9);
    expect(lengthControlledWinRate([...rows, outlier])).toBeCloseTo(rate, 9);
  });

  // An answer of any length that lost anyway allows no slope: what is left is the raw rate, 33 of 60.
  it('is the raw one where the longest answer of all lost', () => {
    const rows = Array.from({ length: 60 }, (_, at) => ({
      extraCharacters: at < 30 ? 200 : -200,
      preference: (at < 30 ? at < 27 : at - 30 < 6) ? 1 : 0,
    }));
    const lost = { extraCharacters: 6e10, preference: 0 };
    expect(lengthControlledWinRate([...rows, lost])).toBeCloseTo(0.55, 6);
  });

  it('counts a row by its weight', () => {
    const rows = modelled(-0.8, 1.5).slice(0, 20);
    const weights = rows.map((_, at) => at % 3);
    const copied = rows.flatMap((row, at) => Array.from({ length: at % 3 }, () => row));
    const spread = 500;
    expect(lengthControlledWinRate(rows, weights, spread)).toBeCloseTo(
      lengthControlledWinRate(copied, undefined, spread) ?? 0,
      9,
    );
  });
});
