import { createContext, useContext, useEffect, useRef } from 'react';

/** One keyboard shortcut of a view. */
export interface Shortcut {
  /** Combinations such as `j` or `Mod+Enter`; any of them runs it. */
  keys: readonly string[];
  /** What it does, for the shortcut list and the command palette. */
  label: string;
  /** Heading it is listed under. */
  group: string;
  run: () => void;
  /** Also while an input has the focus: only for combinations that type nothing. */
  whileTyping?: boolean;
  /** Runs again while the key is held: only for what moves or scrolls, never for what writes. */
  repeats?: boolean;
  isDisabled?: boolean;
}

/** False inside a tab that is kept but not shown: its shortcuts sleep. */
export const TabActiveContext = createContext(true);

interface Registration {
  shortcuts: readonly Shortcut[];
  isActive: boolean;
}

const registrations = new Set<Registration>();

/** Registers shortcuts while the component is mounted and its tab is shown. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const isActive = useContext(TabActiveContext);
  const registration = useRef<Registration>({ shortcuts, isActive });
  useEffect(() => {
    registration.current.shortcuts = shortcuts;
    registration.current.isActive = isActive;
  });
  useEffect(() => {
    const own = registration.current;
    registrations.add(own);
    return () => void registrations.delete(own);
  }, []);
}

/** Every shortcut that would work now, newest registration first. */
export function activeShortcuts(): Shortcut[] {
  return [...registrations]
    .toReversed()
    .filter((registration) => registration.isActive)
    .flatMap((registration) => registration.shortcuts)
    .filter((shortcut) => shortcut.isDisabled !== true);
}

/** Starts listening for the page's life; returns the way to stop. */
export function listenForShortcuts(): () => void {
  window.addEventListener('keydown', handleKey);
  return () => window.removeEventListener('keydown', handleKey);
}

function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || isBlocked(event) || isScrolling(event)) return;
  const typing = isTyping(event.target) || isPopoverOpen();
  const shortcut = activeShortcuts().find(
    (candidate) =>
      (!typing || candidate.whileTyping === true) &&
      candidate.keys.some((keys) => matchesShortcut(keys, event)),
  );
  if (!shortcut) return;
  event.preventDefault();
  if (!event.repeat || shortcut.repeats === true) shortcut.run();
}

/** A dialog or menu owns the keyboard; Enter and Space belong to the focused button. */
function isBlocked(event: KeyboardEvent): boolean {
  if (document.querySelector('dialog[open], [role="menu"]')) return true;
  const isPress = event.key === 'Enter' || event.key === ' ';
  const pressable = 'button, a, summary, [role="tab"], [role="radio"], [role="menuitem"]';
  const isBare = !event.ctrlKey && !event.metaKey;
  return isPress && isBare && event.target instanceof Element && event.target.matches(pressable);
}

/** A popover such as the jobs tray: what works while typing works beside it too. */
function isPopoverOpen(): boolean {
  return document.querySelector('.popover[data-state="open"]') !== null;
}

const scrollKeys = ['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End', ' '];

/** Inside an element marked `data-scroll-keys` these keys scroll what one reads. */
function isScrolling(event: KeyboardEvent): boolean {
  if (!scrollKeys.includes(event.key) || !(event.target instanceof Element)) return false;
  return event.target.closest('[data-scroll-keys]') !== null;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'button', 'submit'].includes(target.type);
  return target.isContentEditable || target.matches('textarea, select');
}

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
