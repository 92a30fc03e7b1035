import { describe, expect, it } from 'vitest';
import type { FileEntry } from '../../../shared/contract/app.ts';
import { isWanted, joinPath, sortEntries, withEnding } from './file-chooser.ts';

function entry(name: string, isDirectory = false): FileEntry {
  return { name, path: `/x/${name}`, isDirectory, sizeBytes: 1, modifiedMs: 0 };
}

describe('file listing', () => {
  it('lists folders first and part 10 after part 9', () => {
    const sorted = sortEntries([entry('part10.jsonl'), entry('part9.jsonl'), entry('zoo', true)]);
    expect(sorted.map((item) => item.name)).toEqual(['zoo', 'part9.jsonl', 'part10.jsonl']);
  });

  it('dims files of another kind but never folders', () => {
    expect(isWanted(entry('model.GGUF'), 'model')).toBe(true);
    expect(isWanted(entry('notes.txt'), 'model')).toBe(false);
    expect(isWanted(entry('models', true), 'model')).toBe(true);
    expect(isWanted(entry('anything'), 'save')).toBe(true);
  });

  it('joins with the slash of the folder, without doubling it at a root', () => {
    expect(joinPath('/', 'a')).toBe('/a');
    expect(joinPath('/home/x', 'a')).toBe('/home/x/a');
    expect(joinPath('C:\\data', 'a')).toBe('C:\\data\\a');
    expect(joinPath('C:\\', 'a')).toBe('C:\\a');
  });

  it('adds the project ending once', () => {
    expect(withEnding('mine', 'new-project')).toBe('mine.lima');
    expect(withEnding('mine.LIMA', 'new-project')).toBe('mine.LIMA');
    expect(withEnding('mine', 'save')).toBe('mine');
  });
});
