import { expect, test } from 'vitest';
import { isSendKey } from './send-key.ts';

const stroke = (keys: string, isComposing = false) => ({
  key: keys.split('+').at(-1) ?? '',
  shiftKey: keys.includes('Shift'),
  ctrlKey: keys.includes('Ctrl'),
  metaKey: keys.includes('Meta'),
  altKey: keys.includes('Alt'),
  nativeEvent: { isComposing },
});

test.each([
  ['sends', 'Enter', true],
  ['sends', 'Shift+Enter', false],
  ['sends', 'Ctrl+Enter', true],
  ['sends', 'Meta+Enter', true],
  ['sends', 'Alt+Enter', false],
  ['sends', 'a', false],
  ['breaks-line', 'Enter', false],
  ['breaks-line', 'Shift+Enter', true],
  ['breaks-line', 'Ctrl+Enter', true],
] as const)('where Enter %s, %s sending is %s', (enterKey, keys, sends) => {
  expect(isSendKey(stroke(keys), enterKey)).toBe(sends);
});

// Enter takes the word that an input method offers, in Japanese or Chinese.
test('Enter that ends a word of an input method sends nothing', () => {
  expect(isSendKey(stroke('Enter', true), 'sends')).toBe(false);
});
