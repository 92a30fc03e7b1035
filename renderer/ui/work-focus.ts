const workMark = '[data-work]';
const typed = 'input:not([type="checkbox"], [type="radio"], [type="range"]), textarea';

/** Where a person typed in each tab last: a text that is half written is gone on with. */
const lastTyped = new WeakMap<Element, HTMLElement>();

/** The button of the menu in which something was chosen last, until the focus is elsewhere. */
let menuButton: HTMLElement | null = null;

/** Remembers the fields of tabs in which somebody types, for the page's life. */
export function listenForTyping(): void {
  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof HTMLElement)) return;
    if (!target.closest('[role="menu"], dialog')) menuButton = null;
    const panel = target.closest('[role="tabpanel"]');
    if (!panel) return;
    if (target.matches(typed)) lastTyped.set(panel, target);
    else lastTyped.delete(panel);
  });
}

let stopWaiting: () => void = () => undefined;

const shownPanel = () => document.querySelector<HTMLElement>('[role="tabpanel"]:not([hidden])');

/** For a tab that was just shown: into the field that was typed in last, else where work goes on. */
export function focusTab(): void {
  const panel = shownPanel();
  const field = panel ? lastTyped.get(panel) : undefined;
  if (isShown(field)) field.focus({ preventScroll: true });
  else focusWork();
}

/**
 * Puts the focus where work goes on: into the open dialog, else in the tab that is shown to what is
 * marked `data-work`. What is still being loaded gets it when it is there, unless the person went
 * elsewhere meanwhile.
 */
export function focusWork(): void {
  stopWaiting();
  const dialog = [...document.querySelectorAll<HTMLElement>('dialog[open]')].at(-1);
  if (dialog) return dialog.querySelector<HTMLElement>('[data-autofocus], button')?.focus();
  const panel = shownPanel();
  if (!panel || focusMarked(panel)) return;
  panel.focus({ preventScroll: true });
  const observer = new MutationObserver(() => {
    const { activeElement } = document;
    const isElsewhere = activeElement !== panel && activeElement !== document.body;
    if (isElsewhere || focusMarked(panel)) stopWaiting();
  });
  observer.observe(panel, { childList: true, subtree: true });
  stopWaiting = () => observer.disconnect();
}

function focusMarked(panel: HTMLElement): boolean {
  const marked = [...panel.querySelectorAll<HTMLElement>(workMark)].find(isShown);
  marked?.focus({ preventScroll: true });
  return marked !== undefined;
}

const isShown = (element: HTMLElement | undefined): element is HTMLElement =>
  element?.checkVisibility() === true;

/**
 * Gives the focus back once a dialog is gone, where the browser could not: to what opened it, or to
 * the button of the menu in which it was chosen, else to where work goes on.
 */
export function returnFocus(opener: Element | null, closed: Element): void {
  const { activeElement } = document;
  // What was closed keeps the focus until it leaves the page.
  if (activeElement !== document.body && !closed.contains(activeElement)) return;
  if (opener instanceof HTMLElement && opener !== document.body && isShown(opener)) opener.focus();
  else focusWork();
}

/** For what is left with the focus in it: once it is gone, work goes on elsewhere. */
export function returnFocusSoon(): void {
  setTimeout(() => {
    if (document.activeElement === document.body) focusWork();
  });
}

/** Says that an entry of a menu was chosen: the menu goes, and its button stands for it. */
export function choseIn(menu: Element | null): void {
  menuButton = document.getElementById(menu?.getAttribute('aria-labelledby') ?? '');
}

/** What opens a dialog now. */
export function openerNow(): Element | null {
  const { activeElement } = document;
  const isInMenu = activeElement?.closest('[role="menu"]') != null;
  return activeElement === document.body || isInMenu ? menuButton : activeElement;
}

/** For menus and popovers: focus that was moved while they closed stays where it is. */
export function keepMovedFocus(event: Event): void {
  if (document.activeElement !== document.body) event.preventDefault();
}
