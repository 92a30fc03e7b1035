import { expect, test } from 'vitest';
import { explainError } from './explain-error.ts';

const coded = (code: string) => Object.assign(new Error('It failed.'), { code });

test.each([
  ['GGUF_UNREADABLE', 'MODEL_MISSING'],
  ['ENGINE_SILENT', 'ENGINE_CRASHED'],
  ['PROMPT_TOO_LONG', 'ENGINE_FAILED'],
  ['ENOSPC', 'DISK_FULL'],
  ['SQLITE_CORRUPT', 'PROJECT_INVALID'],
  ['SQLITE_IOERR_SHORT_READ', 'FILE_UNREADABLE'],
  ['NAME_TAKEN', 'NAME_TAKEN'],
])('%s is told as %s, with the foreign code as its cause', (foreign, code) => {
  expect(explainError(coded(foreign))).toMatchObject({ code, data: { cause: foreign } });
});

test.each(['ENGINE_ON_FIRE', 'SQLITE_TOOBIG', 'toString', '__proto__'])(
  'the code %s, which no map has, is a bug of ours',
  (foreign) => {
    expect(explainError(coded(foreign))).toBeUndefined();
  },
);
