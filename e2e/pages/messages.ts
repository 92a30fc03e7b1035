import type { Locator, Page } from '@playwright/test';

/** The short message in the corner that says `text`; earlier ones may still be shown beside it. */
export function toast(page: Page, text: string | RegExp): Locator {
  return page.locator('.toast').filter({ hasText: text });
}

/** What a dialog says of itself; a short message that is shown within it is none of that. */
export function statusIn(dialog: Locator): Locator {
  return dialog.locator('[role="status"]:not(.toasts)');
}
