import { expect, test } from 'vitest';
import { EngineRequestError } from '../../engines/engine-process.ts';
import type { EngineErrorData } from '../../engines/protocol/errors.ts';
import { toStop } from './train-job.ts';

const { signal } = new AbortController();
const context = { signal, pausing: signal };
const outOfMemory = (data: EngineErrorData<'OUT_OF_MEMORY'>) =>
  new EngineRequestError({ code: 'OUT_OF_MEMORY', message: 'It takes 9 GiB.', data });

test('memory that runs short after the first step pauses the run', () => {
  const error = outOfMemory({ isStopped: true });
  expect(toStop(error, context)).toMatchObject({ event: 'paused', cause: error });
});

test('memory that is refused before the first step fails the run', () => {
  const error = outOfMemory({ neededBytes: 9 });
  expect(toStop(error, context)).toBe(error);
});
