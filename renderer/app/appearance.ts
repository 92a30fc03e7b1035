import { useEffect } from 'react';
import { preferencesSchema, type Preferences } from '../../shared/contract/settings.ts';
import { changeSettings, useSettings } from '../rpc/settings.ts';
import { showErrorToast } from '../ui/feedback/toast.tsx';

/** The preferences that show before the core has answered, kept by the browser. */
type Appearance = Pick<Preferences, 'theme' | 'textSize'>;

const storageKey = 'lima.appearance';
const themes = ['system', 'light', 'dark'] as const;

/** Puts the remembered theme and text size on the page; called before the first paint. */
export function applyStoredAppearance(): void {
  show(storedAppearance());
}

/** Keeps theme and text size of the page as the person has set them, in whatever window. */
export function useAppearance(): void {
  const { data } = useSettings();
  const { theme, textSize } = data ?? storedAppearance();
  useEffect(() => {
    show({ theme, textSize });
    if (data) store({ theme, textSize });
  }, [data, theme, textSize]);
}

/** From system to light to dark and round again. */
export async function cycleTheme(theme: Preferences['theme']): Promise<void> {
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
  try {
    await changeSettings({ theme: next });
  } catch (error) {
    showErrorToast(error);
  }
}

function storedAppearance(): Appearance {
  try {
    return preferencesSchema.parse(JSON.parse(localStorage.getItem(storageKey) ?? '{}'));
  } catch {
    // Another version's, or a browser that keeps nothing: the core's answer comes soon.
    return preferencesSchema.parse({});
  }
}

function store(appearance: Appearance): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(appearance));
  } catch {
    // A browser that keeps nothing shows the system's theme for a moment at each start.
  }
}

function show({ theme, textSize }: Appearance): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset['theme'];
  else dataset['theme'] = theme;
  dataset['textSize'] = textSize;
}
