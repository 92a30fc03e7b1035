import { expect, test } from 'vitest';
import { findPromptSet, frozenPromptsOf, listPromptSets } from '../repositories/prompt-sets.ts';
import { standingTags } from '../repositories/prompts/prompt-tags.ts';
import { insertVersion, versionsOf } from '../repositories/prompts/prompt-versions.ts';
import { withFilledProject } from '../testing/filled-project.ts';

test('a prompt set of the twenty-fifth version keeps its hash, and another version takes its name', () => {
  withFilledProject(25, (db) => {
    const set = findPromptSet(db, 'name', 'p');
    if (!set) throw new Error('The set is gone');
    expect(frozenPromptsOf(db, set)).toHaveLength(2);
    expect(standingTags(db).size).toBe(0);
    const id = insertVersion(
      db,
      { ...set, name: 'p, edited' },
      [{ messages: [{ role: 'user', content: 'C?' }] }],
      'me',
    );
    expect(listPromptSets(db).map(({ name }) => name)).toEqual(['p, edited']);
    expect(versionsOf(db, id).map((version) => version.id)).toEqual([id, set.id]);
  });
});
