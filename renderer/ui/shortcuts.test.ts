import { describe, expect, it } from 'vitest';
import { formatShortcut, matchesShortcut, type KeyStroke } from './shortcuts.ts';

function stroke(key: string, extra: Partial<KeyStroke> = {}): KeyStroke {
  const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  return { key, code: '', ...none, ...extra };
}

describe('matchesShortcut', () => {
  // Select-all is not the A that accepts a sample.
  it('takes A for A only without Ctrl or Shift', () => {
    expect(matchesShortcut('a', stroke('a'), false)).toBe(true);
    expect(matchesShortcut('a', stroke('a', { ctrlKey: true }), false)).toBe(false);
    expect(matchesShortcut('a', stroke('A', { shiftKey: true }), false)).toBe(false);
  });

  it('asks for Command on Apple systems and Ctrl elsewhere', () => {
    expect(matchesShortcut('Mod+k', stroke('k', { metaKey: true }), true)).toBe(true);
    expect(matchesShortcut('Mod+k', stroke('k', { ctrlKey: true }), true)).toBe(false);
    expect(matchesShortcut('Mod+k', stroke('k', { ctrlKey: true }), false)).toBe(true);
  });

  it('accepts a sign however the layout types it', () => {
    expect(matchesShortcut('?', stroke('?', { shiftKey: true }), false)).toBe(true);
    expect(matchesShortcut('/', stroke('/', { shiftKey: true }), false)).toBe(true);
  });

  it('finds letters by position on a Cyrillic layout', () => {
    expect(matchesShortcut('j', stroke('о', { code: 'KeyJ' }), false)).toBe(true);
    expect(matchesShortcut('k', stroke('о', { code: 'KeyJ' }), false)).toBe(false);
  });

  it('follows the letter, not the position, on a Dvorak layout', () => {
    expect(matchesShortcut('j', stroke('j', { code: 'KeyC' }), false)).toBe(true);
    expect(matchesShortcut('c', stroke('j', { code: 'KeyC' }), false)).toBe(false);
  });
});

describe('formatShortcut', () => {
  it('prints the keys of the platform', () => {
    expect(formatShortcut('Mod+k', true)).toBe('⌘K');
    expect(formatShortcut('Mod+Enter', false)).toBe('Ctrl+Enter');
    expect(formatShortcut('Escape', false)).toBe('Esc');
  });
});
