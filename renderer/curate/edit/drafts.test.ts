import { describe, expect, it } from 'vitest';
import type { Message } from '../../../shared/domain/message.ts';
import {
  addSystemMessage,
  appendTurn,
  changeTurn,
  countCharacters,
  isChanged,
  moveTurn,
  removeTurn,
} from './drafts.ts';

const pair: Message[] = [
  { role: 'user', content: 'q' },
  { role: 'assistant', content: 'a', weight: 0 },
];

describe('draft', () => {
  it('marks a draft only when saving it would change something', () => {
    expect(isChanged(changeTurn(pair, 0, { content: 'q' }), pair)).toBe(false);
    expect(isChanged(changeTurn(pair, 0, { content: 'Q' }), pair)).toBe(true);
    expect(isChanged(changeTurn(pair, 0, { weight: 1 }), pair)).toBe(false);
    expect(isChanged(changeTurn(pair, 1, { weight: 1 }), pair)).toBe(true);
    expect(isChanged(removeTurn(pair, 1), pair)).toBe(true);
  });

  it('keeps the loss weight of a turn whose text is edited', () => {
    expect(changeTurn(pair, 1, { content: 'b' })[1]).toEqual({
      role: 'assistant',
      content: 'b',
      weight: 0,
    });
  });

  it('does not lose a turn that is moved past an end', () => {
    expect(moveTurn(pair, 0, -1)).toEqual(pair);
    expect(moveTurn(pair, 1, 1)).toEqual(pair);
    expect(moveTurn(pair, 0, 1).map((turn) => turn.role)).toEqual(['assistant', 'user']);
  });

  it('lets the other side speak next', () => {
    expect(appendTurn(pair).at(-1)?.role).toBe('user');
    expect(appendTurn(appendTurn(pair)).at(-1)?.role).toBe('assistant');
    expect(appendTurn([]).at(-1)?.role).toBe('user');
  });

  it('adds one system message, at the top', () => {
    const once = addSystemMessage(pair);
    expect(once.map((turn) => turn.role)).toEqual(['system', 'user', 'assistant']);
    expect(addSystemMessage(once)).toHaveLength(3);
  });

  it('counts an emoji once', () => {
    expect(countCharacters('a😀b')).toBe(3);
  });
});
