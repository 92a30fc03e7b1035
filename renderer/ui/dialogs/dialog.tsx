import { createContext, useId, useLayoutEffect, useState, type ReactNode } from 'react';
import { X } from 'lucide-react';
import { create } from 'zustand';
import { Button, IconButton } from '../button.tsx';
import { openerNow, returnFocus } from '../work-focus.ts';
import './dialog.css';

/** The open dialog around a component: menus must open inside it to be reachable. */
export const DialogElementContext = createContext<HTMLElement | null>(null);

const useOpenDialogs = create<{ open: readonly HTMLElement[] }>(() => ({ open: [] }));

/** The dialog on top of all: outside of it nothing can be pressed. Null while none is open. */
export const useTopDialog = (): HTMLElement | null =>
  useOpenDialogs(({ open }) => open.at(-1) ?? null);

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Buttons at the bottom right. */
  footer?: ReactNode;
  isWide?: boolean;
}

/**
 * A modal dialog, open as long as it is mounted. The browser's own dialog element keeps focus
 * inside, makes the rest inert and needs no injected style. The control marked `data-autofocus`
 * gets the focus first.
 */
export function Dialog({ title, onClose, children, footer, isWide }: DialogProps) {
  const titleId = useId();
  const [element, setElement] = useState<HTMLDialogElement | null>(null);
  // Before the element leaves the page: only a close in it gives the focus back.
  useLayoutEffect(() => {
    if (!element) return undefined;
    const opener = openerNow();
    element.showModal();
    element.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    useOpenDialogs.setState(({ open }) => ({ open: [...open, element] }));
    return () => {
      useOpenDialogs.setState(({ open }) => ({ open: open.filter((one) => one !== element) }));
      dropSelection(element);
      element.close();
      returnFocus(opener, element);
    };
  }, [element]);
  return (
    <dialog
      ref={setElement}
      className={isWide ? 'dialog dialog-wide' : 'dialog'}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <DialogElementContext value={element}>
        <header className="dialog-header">
          <h2 id={titleId}>{title}</h2>
          <IconButton label="Close" onClick={onClose}>
            <X size={15} />
          </IconButton>
        </header>
        <div
          ref={(body) => (body ? scrollByKeys(body, titleId) : undefined)}
          className="dialog-body"
        >
          {children}
        </div>
        {footer !== undefined && <footer className="dialog-footer">{footer}</footer>}
      </DialogElementContext>
    </dialog>
  );
}

/**
 * Chromium leaves the caret in a field of the dialog while the focus goes back: with the field it
 * would be gone, and the text box with the focus would take no keys.
 */
function dropSelection(element: HTMLElement): void {
  const selection = document.getSelection();
  if (element.contains(selection?.anchorNode ?? null)) selection?.removeAllRanges();
}

const focusable = 'button, a[href], input, select, textarea, [tabindex]';

/** Lets the keyboard scroll the body of a dialog as long as no control is in it. */
function scrollByKeys(body: HTMLElement, titleId: string): () => void {
  const bare = { tabindex: '0', role: 'region', 'aria-labelledby': titleId };
  const look = () => {
    const isBare = body.querySelector(focusable) === null;
    for (const [name, value] of Object.entries(bare))
      if (isBare) body.setAttribute(name, value);
      else body.removeAttribute(name);
  };
  look();
  const observer = new MutationObserver(look);
  observer.observe(body, { childList: true, subtree: true });
  return () => observer.disconnect();
}

/** A question before something that touches much or cannot be taken back. */
interface Confirmation {
  title: string;
  body: ReactNode;
  /** The verb on the button: never just "OK". */
  confirmLabel: string;
  /** What is left as it is, where "Cancel" would be taken for the action itself. */
  refuseLabel?: string;
  isDangerous?: boolean;
}

interface Pending {
  question: Confirmation;
  answer: (isConfirmed: boolean) => void;
}

const useConfirmStore = create<{ pending: Pending | null }>(() => ({ pending: null }));

/** Asks; resolves to true only when the person pressed the button. */
export function confirmAction(question: Confirmation): Promise<boolean> {
  useConfirmStore.getState().pending?.answer(false);
  return new Promise((resolve) => {
    useConfirmStore.setState({ pending: { question, answer: resolve } });
  });
}

/** Shows the pending question; mounted once by the shell. */
export function ConfirmHost() {
  const pending = useConfirmStore((state) => state.pending);
  if (!pending) return null;
  const { question, answer } = pending;
  const close = (isConfirmed: boolean) => {
    useConfirmStore.setState({ pending: null });
    answer(isConfirmed);
  };
  return (
    <Dialog
      title={question.title}
      onClose={() => close(false)}
      footer={
        <>
          <Button
            onClick={() => close(false)}
            // A hasty Enter must not do what cannot be taken back.
            data-autofocus={question.isDangerous === true || undefined}
          >
            {question.refuseLabel ?? 'Cancel'}
          </Button>
          <Button
            variant={question.isDangerous ? 'danger' : 'primary'}
            onClick={() => close(true)}
            data-autofocus={question.isDangerous !== true || undefined}
          >
            {question.confirmLabel}
          </Button>
        </>
      }
    >
      <div>{question.body}</div>
    </Dialog>
  );
}
