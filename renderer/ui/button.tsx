import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { LoaderCircle } from 'lucide-react';
import { formatShortcut } from './shortcuts.ts';
import './button.css';
import './spin.css';

/** What a button can be told. */
export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: 'default' | 'primary' | 'danger' | 'ghost';
  small?: boolean;
  icon?: ReactNode;
  /** Shown as a key cap; the shortcut itself is registered with `useShortcuts`. */
  shortcut?: string;
  /** Work is under way: shows a spinner and refuses clicks. */
  isBusy?: boolean;
}

/** A push button with a text label. */
export function Button(props: ButtonProps) {
  const {
    variant = 'default',
    small,
    icon,
    shortcut,
    isBusy,
    children,
    className,
    ...rest
  } = props;
  const classes = ['button', `button-${variant}`, small && 'button-small', className];
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled === true || isBusy === true}
      aria-busy={isBusy}
      className={classes.filter(Boolean).join(' ')}
    >
      {isBusy ? <LoaderCircle className="spin" size={14} aria-hidden /> : icon}
      {children}
      {shortcut !== undefined && <Kbd keys={shortcut} />}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
  /** The accessible name, also the tooltip. */
  label: string;
  children: ReactNode;
}

/** A button that is only an icon; its label is read aloud and shown on hover. */
export function IconButton({ label, shortcut, children, className, ...rest }: IconButtonProps) {
  const title = shortcut === undefined ? label : `${label} (${formatShortcut(shortcut)})`;
  return (
    <Button
      variant="ghost"
      {...rest}
      aria-label={label}
      title={title}
      className={`button-icon ${className ?? ''}`}
    >
      {children}
    </Button>
  );
}

/** A key combination as a key cap, in the words of this platform. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <kbd className="kbd" aria-hidden>
      {formatShortcut(keys)}
    </kbd>
  );
}
