import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explainError } from './explain-error.ts';
import { AppError } from './app-error.ts';

const coded = (code: string) => Object.assign(new Error('It failed.'), { code });

test.each([
  ['GGUF_UNREADABLE', 'MODEL_MISSING'],
  ['MODEL_NOT_THERE', 'MODEL_MISSING'],
  // An unknown pre-tokenizer, for example: the file is where it was, and looking for it is no use.
  ['MODEL_UNREADABLE', 'MODEL_INVALID'],
  ['ENGINE_SILENT', 'ENGINE_CRASHED'],
  // No engine failed: this one conversation cannot be asked.
  ['PROMPT_TOO_LONG', 'INVALID_INPUT'],
  ['TEMPLATE_FAILED', 'INVALID_INPUT'],
  ['ENOSPC', 'DISK_FULL'],
  ['SQLITE_CORRUPT', 'PROJECT_INVALID'],
  // A damaged search index asks for what its noise says.
  ['SQLITE_NOMEM', 'PROJECT_INVALID'],
  ['SQLITE_IOERR_SHORT_READ', 'FILE_UNREADABLE'],
  ['NAME_TAKEN', 'NAME_TAKEN'],
])('%s is told as %s, with the foreign code as its cause', (foreign, code) => {
  expect(explainError(coded(foreign))).toMatchObject({ code, data: { cause: foreign } });
});

test('what the operating system refuses is told in words, with the path it is about', async () => {
  const missing = join(import.meta.dirname, 'nothing', 'here.jsonl');
  const error = await readFile(missing).catch(explainError);
  expect(error).toMatchObject({ code: 'FILE_NOT_FOUND', message: `${missing} does not exist` });
  const inFile = await readFile(join(import.meta.filename, 'below')).catch(explainError);
  expect(inFile).toMatchObject({ code: 'FILE_NOT_FOUND' });
  expect(String(inFile)).not.toMatch(/ENO|permission/);
});

test.each(['ENGINE_ON_FIRE', 'SQLITE_TOOBIG', 'toString', '__proto__'])(
  'the code %s, which no map has, is a bug of ours',
  (foreign) => {
    expect(explainError(coded(foreign))).toBeUndefined();
  },
);

test('an error of another code or with data of another shape does not compile', () => {
  const misuses = [
    // @ts-expect-error no such code
    () => new AppError('NOT_THERE', 'It is not there.'),
    // @ts-expect-error `id` is missing
    () => new AppError('NOT_FOUND', 'There is no run.', { what: 'run' }),
    // @ts-expect-error `folder` is no value of this error
    () => new AppError('FILE_EXISTS', 'It is there.', { folder: '/' }),
  ];
  expect(misuses).toHaveLength(3);
});
