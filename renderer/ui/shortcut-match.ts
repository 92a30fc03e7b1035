/** The part of a keyboard event that decides whether a shortcut is meant. */
export interface KeyStroke {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** True on Apple systems, where Mod is Command. */
const isApple = typeof navigator === 'object' && /mac|iphone|ipad/i.test(navigator.userAgent);

/**
 * Whether the stroke is the combination, written like `j`, `Mod+Enter`, `Shift+ArrowDown` or `?`.
 * Mod is Command on Apple systems and Ctrl elsewhere. Letters are found by position on layouts
 * that have no Latin letters; signs such as `?` count however they are typed.
 */
export function matchesShortcut(combination: string, stroke: KeyStroke, apple = isApple): boolean {
  const keys = combination === '+' ? ['+'] : combination.split('+');
  const key = keys.at(-1) ?? '';
  const wantsMod = keys.includes('Mod');
  const modifier = apple ? stroke.metaKey : stroke.ctrlKey;
  const otherModifier = apple ? stroke.ctrlKey : stroke.metaKey;
  if (modifier !== wantsMod || otherModifier) return false;
  if (stroke.altKey !== keys.includes('Alt')) return false;
  const isSign = key.length === 1 && !/[a-z0-9]/i.test(key);
  if (!isSign && stroke.shiftKey !== keys.includes('Shift')) return false;
  return keyOf(stroke) === key.toLowerCase();
}

function keyOf(stroke: KeyStroke): string {
  const isForeignLetter = stroke.key.length === 1 && stroke.key > '\u007f';
  const letter = /^Key([A-Z])$/.exec(stroke.code)?.[1];
  return (isForeignLetter && letter !== undefined ? letter : stroke.key).toLowerCase();
}

const appleNames: Record<string, string> = { Mod: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↩' };
const otherNames: Record<string, string> = { Mod: 'Ctrl', Shift: 'Shift', Alt: 'Alt' };
const keyNames: Record<string, string> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
};

/** The combination as printed on this platform's keys: `⌘K` or `Ctrl+K`. */
export function formatShortcut(combination: string, apple = isApple): string {
  const names = apple ? appleNames : otherNames;
  const keys = combination
    .split('+')
    .map((key) => names[key] ?? keyNames[key] ?? (key.length === 1 ? key.toUpperCase() : key));
  return keys.join(apple ? '' : '+');
}
