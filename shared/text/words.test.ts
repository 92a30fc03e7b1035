import { expect, test } from 'vitest';
import { declaredErrors } from '../contract/errors.ts';
import { adviceFor, isRepeatedByResuming, runAdviceFor } from './error-advice.ts';
import { shellWord } from './foreign-text.ts';

test.each([
  'plain',
  '/home/x/a.gguf',
  'C:/models/a+b.gguf',
  'learningRate=1e-4',
  '--resume',
  'a,b',
])('a shell takes %s as it is', (text) => {
  expect(shellWord(text)).toBe(text);
});

test.each([
  ['two words', "'two words'"],
  ["it's; rm -rf $HOME", String.raw`'it'\''s; rm -rf $HOME'`],
  ['*.gguf', "'*.gguf'"],
  ["it's", String.raw`'it'\''s'`],
  ['$(reboot)', "'$(reboot)'"],
  ['a\nb', "'a\nb'"],
  ['`x`', "'`x`'"],
  ['=ls', "'=ls'"],
  ['~', "'~'"],
  ['naïve', "'naïve'"],
  ['', "''"],
])('a shell gets %j in quotes', (text, word) => {
  expect(shellWord(text)).toBe(word);
});

test('every declared error has an advice that is a sentence', () => {
  for (const code of Object.keys(declaredErrors)) expect(adviceFor(code)).toMatch(/^[A-Z].*\.$/);
  expect(adviceFor('INTERNAL')).toContain('report it');
});

test('a diverged run and one with nothing to train need other settings, not a resumption', () => {
  const repeated = ['DIVERGED', 'INVALID_STATE', 'MODEL_INVALID', 'NOTHING_TO_TRAIN'];
  expect(repeated.every(isRepeatedByResuming)).toBe(true);
  expect(['ENGINE_CRASHED', 'DISK_FULL', 'INTERNAL'].some(isRepeatedByResuming)).toBe(false);
  expect(adviceFor('DIVERGED')).toContain('lower learning rate');
  expect(runAdviceFor('INVALID_STATE')).toBe(adviceFor('NOTHING_TO_TRAIN'));
});
