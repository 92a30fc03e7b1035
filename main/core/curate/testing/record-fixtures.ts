import { FixtureFolder, importAll } from './import-fixtures.ts';

/** Imports a file of this name and text. */
export async function importText(name: string, text: string, source?: string) {
  using folder = new FixtureFolder();
  const path = folder.write(name, text);
  return await importAll(source === undefined ? { path } : { path, source });
}

/** Records one a line; texts stay as they are. */
export const lines = (records: readonly unknown[]) =>
  records
    .map((record) => (typeof record === 'string' ? record : JSON.stringify(record)))
    .join('\n');

/** A message of the user. */
export const user = (content: unknown) => ({ role: 'user', content });
/** A message of the assistant, with what else it says. */
export const assistant = (content: unknown, more: object = {}) => ({
  role: 'assistant',
  content,
  ...more,
});
/** A turn as ShareGPT has it. */
export const turn = (from: string, value: string) => ({ from, value });
