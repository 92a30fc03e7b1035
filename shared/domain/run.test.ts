import { expect, test } from 'vitest';
import { encodeReportSchema } from './run.ts';

// Earlier versions stored the number of sequences under another name.
test('a stored report that does not count the sequences of a split sample is read', () => {
  const report = {
    samples: 2,
    tokens: 150,
    trainedTokens: 90,
    truncated: [],
    split: [{ id: 'long', prompt: 'Why?', tokens: 150, pieces: 2 }],
    dropped: [],
    templateSha256: '',
  };
  expect(encodeReportSchema.parse(report)).toMatchObject({
    maxTokens: null,
    split: [{ id: 'long', prompt: 'Why?', tokens: 150, sequences: null }],
  });
});
