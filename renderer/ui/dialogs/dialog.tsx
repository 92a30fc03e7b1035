import { createContext, useId, useLayoutEffect, useState, type ReactNode } from 'react';
import { X } from 'lucide-react';
import { IconButton } from '../button.tsx';
import './dialog.css';

/** The open dialog around a component: menus must open inside it to be reachable. */
export const DialogElementContext = createContext<HTMLElement | null>(null);

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
    element.showModal();
    element.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => element.close();
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
        <div className="dialog-body">{children}</div>
        {footer !== undefined && <footer className="dialog-footer">{footer}</footer>}
      </DialogElementContext>
    </dialog>
  );
}
