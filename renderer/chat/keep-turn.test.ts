import { expect, it } from 'vitest';
import { ofPanes } from '../../shared/domain/chat/chat-pane.ts';
import { storedTurn, type Turn } from './chat-turns.ts';
import { meantTurn } from './keep-turn.ts';

const turn = (id: string, output: string): Turn => ({
  ...storedTurn({
    prompt: `prompt ${id}`,
    output,
    finish: null,
    identity: null,
    systemPrompt: '',
    branches: [],
    branch: 0,
  }),
  id,
});

const panes = ofPanes((id) => ({
  system: null,
  editing: null,
  turns: [turn(`${id} 1`, 'yes'), turn(`${id} 2`, 'no'), turn(`${id} 3`, '')],
}));

it('means the newest answer of the rightmost pane that is shown, and none of a hidden one', () => {
  const newest = (paneCount: number) => meantTurn({ panes, paneCount }, null)?.turn.id;
  expect([1, 2, 3, 4].map(newest)).toEqual(['left 2', 'right 2', 'third 2', 'fourth 2']);
  const isolated = { ...panes, left: { ...panes.left, turns: [] } };
  expect(meantTurn({ panes: isolated, paneCount: 1 }, null)).toBeUndefined();
});

it('means the turn that is pointed at where it is answered and shown, with what was said before it', () => {
  const meant = (id: string) => meantTurn({ panes, paneCount: 2 }, id);
  expect(meant('left 2')).toEqual({ turn: panes.left.turns[1], before: [panes.left.turns[0]] });
  expect(meant('left 3')).toBeUndefined();
  expect(meant('third 2')).toBeUndefined();
});
