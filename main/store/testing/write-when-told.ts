import { addReviews } from '../repositories/samples/reviews.ts';
import { addSamples } from '../repositories/samples/samples.ts';
import { listSamples } from '../repositories/samples/sample-list.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { errorCode } from '../store-error.ts';
import { saveCopy } from '../file/save-copy.ts';
import { aSample } from './a-project.ts';

// Does what it is told, a word a line, and says what came of it: `write` acknowledges a sample and
// its review by its number or says the code it was refused with, `look` tells what was noticed,
// `save PATH` saves a copy, `close` closes.
const file = openProjectFile(process.argv[2] ?? '');
let number = 0;

function write(): string {
  number += 1;
  addSamples(file.db, [aSample(number)], 'writer');
  const row = listSamples(file.db, { query: `number ${number}?` }, { limit: 1 })[0];
  addReviews(file.db, 'accept', { ids: [row?.id ?? ''] }, 'writer');
  return String(number);
}

async function answer(word: string, path: string): Promise<string> {
  if (word === 'write') return write();
  if (word === 'look') return file.guard.look()?.what ?? 'nothing';
  if (word === 'save') await saveCopy(file, path);
  if (word === 'close') file.close();
  return 'done';
}

process.stdout.write('open\n');
let rest = '';
for await (const chunk of process.stdin) {
  const lines = (rest + String(chunk)).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) {
    const [word = '', path = ''] = line.split(' ');
    const said = await answer(word, path).catch((error: unknown) => errorCode(error));
    process.stdout.write(`${said}\n`);
  }
}
