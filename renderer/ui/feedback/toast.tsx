import { useEffect, useLayoutEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import { X } from 'lucide-react';
import { create } from 'zustand';
import { describeError } from '../../rpc/rpc-error.ts';
import { Button, IconButton } from '../button.tsx';
import { useTopDialog } from '../dialogs/dialog.tsx';
import { placeToasts, pressables } from './toast-place.ts';
import './toast.css';

/** A short message that goes away by itself; `action` is typically Undo. */
export interface Toast {
  text: string;
  tone?: 'plain' | 'good' | 'bad';
  action?: { label: string; run: () => void };
  /** A newer toast with the same key replaces this one. */
  key?: string;
}

interface ShownToast extends Toast {
  id: number;
}

const shownAtOnce = 3;
const visibleMs = 6000;
let lastId = 0;

const useToasts = create<{ toasts: readonly ShownToast[] }>(() => ({ toasts: [] }));

/** Shows a message where nothing is pressed, for six seconds; it stays while the pointer is on it. */
export function showToast(toast: Toast): void {
  lastId += 1;
  const shown = { ...toast, id: lastId };
  useToasts.setState(({ toasts }) => ({
    toasts: [
      ...toasts.filter((other) => toast.key === undefined || other.key !== toast.key),
      shown,
    ].slice(-shownAtOnce),
  }));
}

/** Shows a failed call as a toast, for actions that have no place of their own for it. */
export function showErrorToast(error: unknown): void {
  const { message, advice } = describeError(error);
  showToast({ text: `${message} ${advice}`, tone: 'bad' });
}

function dismiss(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}

/**
 * Shows the toasts above everything, and within the dialog on top, where there is one, so that they
 * can be pressed; mounted once by the shell.
 */
export function ToastHost() {
  const dialog = useTopDialog();
  return dialog ? createPortal(<Toasts />, dialog) : <Toasts />;
}

function Toasts() {
  const toasts = useToasts((state) => state.toasts);
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = host.current;
    // In a dialog that has just closed: the toasts are about to be shown elsewhere.
    if (!element?.isConnected) return () => undefined;
    element.hidePopover();
    if (toasts.length === 0) return () => undefined;
    element.showPopover();
    return followFreePlace(element);
  }, [toasts]);
  return (
    <div ref={host} popover="manual" className="toasts" role="status" aria-live="polite">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

const lookAgainMs = 200;

/** Keeps the toasts where they cover nothing that is pressed, also when the page changes below. */
function followFreePlace(element: HTMLElement): () => void {
  let place: ReturnType<typeof placeToasts> | undefined;
  const settle = () => {
    const { width, height } = element.getBoundingClientRect();
    const inWindow = { width: innerWidth, height: innerHeight };
    place = placeToasts({ width, height }, inWindow, pressables(), place);
    element.style.translate = `${place.left}px ${place.top}px`;
  };
  settle();
  const timer = setInterval(settle, lookAgainMs);
  window.addEventListener('resize', settle);
  return () => {
    clearInterval(timer);
    window.removeEventListener('resize', settle);
  };
}

function ToastCard({ toast }: { toast: ShownToast }) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const start = () => {
    timer.current = setTimeout(() => dismiss(toast.id), visibleMs);
  };
  useEffect(() => {
    timer.current = setTimeout(() => dismiss(toast.id), visibleMs);
    return () => clearTimeout(timer.current);
  }, [toast.id]);
  return (
    <div
      className={`toast toast-${toast.tone ?? 'plain'}`}
      onPointerEnter={() => clearTimeout(timer.current)}
      onPointerLeave={start}
    >
      <span className="toast-text">{toast.text}</span>
      {toast.action && (
        <Button
          small
          onClick={() => {
            dismiss(toast.id);
            toast.action?.run();
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <IconButton small label="Dismiss" onClick={() => dismiss(toast.id)}>
        <X size={13} />
      </IconButton>
    </div>
  );
}
