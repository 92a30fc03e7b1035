import { addReviews } from '../repositories/samples/reviews.ts';
import { addSamples } from '../repositories/samples/samples.ts';
import { listSamples } from '../repositories/samples/sample-list.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { aSample } from './a-project.ts';

// Acknowledges on standard output only after the write returned, until somebody kills it.
const file = openProjectFile(process.argv[2] ?? '');
const start = Number(process.argv[3]);
for (let number = start; ; number += 1) {
  addSamples(file.db, [aSample(number)], 'writer');
  const row = listSamples(file.db, { query: `number ${number}` }, { limit: 1 })[0];
  addReviews(file.db, 'accept', { ids: [row?.id ?? ''] }, 'writer');
  process.stdout.write(`${number}\n`);
}
