import { create } from 'zustand';

/** `system` follows the operating system. */
export type Theme = 'system' | 'light' | 'dark';

const storageKey = 'lima.theme';
const themes: readonly Theme[] = ['system', 'light', 'dark'];

function storedTheme(): Theme {
  const stored = localStorage.getItem(storageKey);
  return themes.find((theme) => theme === stored) ?? 'system';
}

/** The chosen theme. */
export const useTheme = create<{ theme: Theme }>(() => ({ theme: storedTheme() }));

/** Puts the remembered theme on the page; called before the first paint. */
export function applyStoredTheme(): void {
  show(useTheme.getState().theme);
}

/** Changes the theme and remembers it on this machine. */
function chooseTheme(theme: Theme): void {
  localStorage.setItem(storageKey, theme);
  useTheme.setState({ theme });
  show(theme);
}

/** From system to light to dark and round again. */
export function cycleTheme(): void {
  const index = themes.indexOf(useTheme.getState().theme);
  chooseTheme(themes[(index + 1) % themes.length] ?? 'system');
}

function show(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
