import { expect, test } from 'vitest';
import {
  TrainerError,
  inferenceErrors,
  inspectorErrors,
  parseFailure,
  trainerErrors,
} from './errors.ts';

const protocols = {
  trainer: trainerErrors,
  inference: inferenceErrors,
  inspector: inspectorErrors,
};

test('a code with the data of its schema arrives as it was sent', () => {
  const sent = { code: 'DIVERGED', message: 'The loss became NaN.', data: { steps: 3 } };
  expect(parseFailure(trainerErrors, sent)).toEqual(sent);
});

test('data of another shape than its code has is ENGINE_FAILED with the same message', () => {
  for (const data of [undefined, null, {}, { steps: '3' }])
    expect(
      parseFailure(trainerErrors, { code: 'DIVERGED', message: 'It diverged.', data }),
    ).toEqual({
      code: 'ENGINE_FAILED',
      message: 'It diverged.',
      data: { unknownCode: 'DIVERGED' },
    });
});

test('a code of another protocol, or of Object.prototype, is ENGINE_FAILED', () => {
  for (const code of ['PROMPT_TOO_LONG', 'toString', '__proto__'])
    expect(parseFailure(trainerErrors, { code, message: '', data: {} }).code).toBe('ENGINE_FAILED');
});

test('a failure without code or message is ENGINE_FAILED', () => {
  for (const value of [undefined, 'abc', {}, { code: 1, message: 'a' }, { code: 'CANCELLED' }])
    expect(parseFailure(trainerErrors, value).code).toBe('ENGINE_FAILED');
});

test.each(Object.entries(protocols))(
  'no frame of the %s can claim that its process ended',
  (_name, errors) => {
    const claimed = { code: 'ENGINE_CRASHED', message: '', data: { exit: '', stderr: '' } };
    expect(parseFailure(errors, claimed).code).toBe('ENGINE_FAILED');
  },
);

test('a misspelt code, a code of another protocol and wrong data do not compile', () => {
  const mistakes = [
    // @ts-expect-error no such code
    () => new TrainerError('DIVERGD', 'message', { steps: 1 }),
    // @ts-expect-error the inference process alone throws it
    () => new TrainerError('PROMPT_TOO_LONG', 'message', { promptTokens: 1, contextTokens: 1 }),
    // @ts-expect-error its data has to be given
    () => new TrainerError('DIVERGED', 'message'),
    // @ts-expect-error its data has another shape
    () => new TrainerError('DIVERGED', 'message', { step: 1 }),
    // @ts-expect-error it has no data
    () => new TrainerError('NOTHING_TO_TRAIN', 'message', { steps: 1 }),
  ];
  expect(mistakes).toHaveLength(5);
});
