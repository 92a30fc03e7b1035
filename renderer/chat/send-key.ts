import type { KeyboardEvent } from 'react';
import type { Preferences } from '../../shared/contract/settings.ts';

type Stroke = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'> & {
  nativeEvent: { isComposing: boolean };
};

/**
 * True when a key in a box for prompts means "send": Enter, or Shift+Enter where the person wants
 * Enter to break the line, and Mod+Enter always. Enter that ends a word of an input method is none.
 */
export function isSendKey(stroke: Stroke, enterKey: Preferences['enterKey']): boolean {
  if (stroke.key !== 'Enter' || stroke.altKey || stroke.nativeEvent.isComposing) return false;
  if (stroke.ctrlKey || stroke.metaKey) return true;
  return stroke.shiftKey === (enterKey === 'breaks-line');
}

/** How the keys are told under a box. */
export function sendKeyHint(enterKey: Preferences['enterKey']): string {
  return enterKey === 'sends'
    ? 'Enter sends, Shift+Enter breaks the line'
    : 'Shift+Enter sends, Enter breaks the line';
}
