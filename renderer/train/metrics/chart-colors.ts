import { useSyncExternalStore } from 'react';

/** Variables of tokens.css a chart may draw with. */
export type ChartColor =
  '--series-1' | '--series-2' | '--series-3' | '--series-4' | '--line' | '--text-dim';

/** Resolves a colour variable to what a canvas understands, for the theme shown now. */
export function canvasColor(element: HTMLElement, name: ChartColor): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Changes when the theme does, so that charts are drawn anew in its colours. */
export function useThemeKey(): string {
  return useSyncExternalStore(watchTheme, themeKey);
}

const darkQuery = window.matchMedia('(prefers-color-scheme: dark)');

function themeKey(): string {
  const chosen = document.documentElement.dataset['theme'];
  return chosen ?? (darkQuery.matches ? 'dark' : 'light');
}

function watchTheme(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  darkQuery.addEventListener('change', listener);
  return () => {
    observer.disconnect();
    darkQuery.removeEventListener('change', listener);
  };
}
