import { expect, test } from 'vitest';
import type { Verdict } from '../domain/evaluate/evaluation.ts';
import { composeReport } from './compose-report.ts';
import { dialogueSentence, dialogueTable } from './dialogue-outcome.ts';
import { fixtureFacts } from './testing/report-fixture.ts';

// LIMA, section 6: +30 dialogues significantly better in 7 of 10 conversations, tied in 3.
const verdicts: Verdict[] = [...Array<Verdict>(7).fill('a'), ...Array<Verdict>(3).fill('tie')];

function withDialogues() {
  const facts = fixtureFacts([...verdicts, 'b']);
  const items = facts.items.map((item, at) => {
    if (at === 10) return item;
    const turns = at === 0 ? 6 : 4;
    const said = Array.from({ length: turns }, () => ({ output: 'x', finish: null, seed: null }));
    const a = { ...item.a, turns: said };
    return { ...item, a, b: { ...item.b, turns: said } };
  });
  return composeReport({ ...facts, items });
}

test('dialogues are told apart from single prompts: LIMA’s 7 wins and 3 ties of 10 conversations', () => {
  const report = withDialogues();
  expect(report.statistics).toMatchObject({ n: 11, losses: 1 });
  expect(report.dialogues).toMatchObject({
    comparisons: 10,
    turns: 42,
    statistics: { wins: 7, ties: 3, losses: 0 },
  });
  const row = dialogueTable([report])?.rows[0];
  expect(row?.slice(1, 4)).toEqual(['10', '42', '7 / 3 / 0']);
  expect(row?.[5]).toBe('0.016');
  expect(report.methods).toContain(
    '10 of the comparisons are of dialogues of 4 to 6 user turns (42 in all)',
  );
});

test('a report of single prompts says nothing of dialogues', () => {
  const report = composeReport(fixtureFacts(verdicts));
  expect([report.dialogues, dialogueTable([report]), dialogueSentence(report.dialogues)]).toEqual([
    null,
    null,
    '',
  ]);
});
