import { expect, test } from 'vitest';
import { readGguf } from '../../gguf/read-gguf.ts';
import { startInference } from '../../engines/start-engines.ts';
import { demoFiles } from '../../headless/demo/make-plan.ts';
import { endOfText, atlasVocabulary } from './blank-model.ts';
import { BytePairEncoder, learnVocabulary } from './byte-pair-encoding.ts';
import { factsOf, readCountries } from '../../headless/demo/countries.ts';
import { answerTo, questionsOn } from './sample-project.ts';
import { trainingWindows } from './training-windows.ts';
import { testFiles } from '../../engines/testing/test-files.ts';

const countries = readCountries();
const vocabulary = atlasVocabulary(countries);
const encoder = new BytePairEncoder(vocabulary);
const facts = countries.flatMap(factsOf);

const strangeTexts = [
  "  Two  spaces, don't they'll\n\n\tand tabs ",
  'Zürich – Ελλάδα, 東京 🦉 1234567',
  'unseenword... .xyz +99999',
];

test('the model cuts text into the tokens that its script trained it on', async () => {
  const texts = facts.flatMap((fact) =>
    questionsOn(fact).map((question) => [question, answerTo(fact)] as const),
  );
  for (const text of strangeTexts) texts.push([text, text]);
  await using engine = startInference(testFiles, 1);
  const encoded = await engine.request('encode', {
    basePath: demoFiles.model,
    samples: texts.map(([question, answer], index) => ({
      id: String(index),
      messages: [
        { role: 'user', content: question },
        { role: 'assistant', content: answer },
      ],
    })),
    maxTokens: 256,
    overlong: 'truncate',
    lossOn: 'answers',
    droppedThinking: 'perAnswer',
    chatTemplate: '',
  });
  const end = endOfText(vocabulary);
  const expected = texts.map(([question, answer]) =>
    [end, ...encoder.encode(question), end, ...encoder.encode(answer), end].join(' '),
  );
  expect(encoded.samples.map(({ tokens }) => tokens.join(' '))).toEqual(expected);
});

test('Atlas has no chat template, as a base model has none', async () => {
  const { metadata } = await readGguf(demoFiles.model);
  expect(metadata.has('tokenizer.ggml.tokens')).toBe(true);
  expect(metadata.has('tokenizer.chat_template')).toBe(false);
});

test('every word of a question or an answer is one token', () => {
  const words = facts.flatMap((fact) => [...questionsOn(fact), answerTo(fact)]);
  const pieces = words.flatMap((text) =>
    Array.from(text.matchAll(/(?<![^ ])\p{L}+/gu), ([word], at) => (at > 0 ? ` ${word}` : word)),
  );
  const cut = [...new Set(pieces)].filter((piece) => encoder.encode(piece).length > 1);
  expect(cut).toEqual([]);
});

test('of pairs that are equally frequent, every run merges the same one', () => {
  const texts = ['ab cd ab cd', 'ef ef'];
  expect(learnVocabulary(texts, 260)).toEqual(learnVocabulary(texts, 260));
  expect(learnVocabulary(texts, 258).merges).toEqual([
    ['a', 'b'],
    ['Ġ', 'c'],
  ]);
});

test('a window begins with the end of a text, and every token after it is trained', () => {
  const window = trainingWindows(countries, vocabulary, 3).next().value;
  expect(window.tokens[0]).toBe(endOfText(vocabulary));
  expect([...window.trained]).toEqual([0, ...Array(64).fill(1)]);
});
