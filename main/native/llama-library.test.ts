import { expect, test } from 'vitest';
import { findGgmlLibraries } from '../trainer/ffi/find-libraries.ts';
import { bindLlama, requireDefaults } from './llama-library.ts';
import { contextParams, modelParams } from './llama-symbols.ts';

const refusal = expect.objectContaining({ code: 'ENGINE_MISMATCH' });

// A wrong layout would not fail: it would write beside what it means.
test('a library that is not llama.cpp 0.4.0 is refused before a struct crosses', () => {
  const { base } = findGgmlLibraries();
  expect(() => bindLlama(base)).toThrow(/names no version/);
  expect(() => bindLlama(base)).toThrow(refusal);
});

test.each([modelParams, contextParams])(
  'structs whose fields lie elsewhere are refused by the first that differs (%#)',
  (table) => {
    const names = Object.keys(table);
    const values = Object.values(table).map(([, value]) => value);
    const defaults = Object.fromEntries(names.map((name, at) => [name, values[at]]));
    expect(() => requireDefaults('lib', table, defaults)).not.toThrow();
    // One field fewer moves all behind it.
    const moved = Object.fromEntries(names.map((name, at) => [name, values[at + 1]]));
    expect(() => requireDefaults('lib', table, moved)).toThrow(refusal);
    for (const [at, name] of names.entries()) {
      const other = { ...defaults, [name]: values[at] === 77 ? 78 : 77 };
      expect(() => requireDefaults('lib', table, other)).toThrow(`its default of ${name} is 77`);
    }
  },
);
