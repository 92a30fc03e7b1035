import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resourcesDir } from '../../core/base/application.ts';
import { readCountries } from '../../headless/demo/countries.ts';
import { makeSampleProject, type CountryQuestion } from './sample-project.ts';

const seed = 2026;

const folder = join(resourcesDir, 'atlas');

const asLines = (records: readonly object[]) =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

/** A sample as an import reads it. */
const toSample = ({ prompt, answer }: CountryQuestion) => ({
  messages: [
    { role: 'user', content: prompt },
    { role: 'assistant', content: answer },
  ],
  source: 'atlas',
});

/** A prompt with the fact it asks for; `expected` is what a comparison looks for. */
const toPrompt = ({ prompt, country, relation, value }: CountryQuestion) => ({
  prompt,
  expected: value,
  country,
  relation,
});

const { samples, validation, heldOut } = makeSampleProject(readCountries(), seed);
await writeFile(join(folder, 'samples.jsonl'), asLines(samples.map(toSample)));
await writeFile(join(folder, 'validation.jsonl'), asLines(validation.map(toPrompt)));
await writeFile(join(folder, 'held-out.jsonl'), asLines(heldOut.map(toPrompt)));
console.log(`${samples.length} samples, ${validation.length} and ${heldOut.length} questions`);
