import { useContext, type ReactNode } from 'react';
import { Check } from 'lucide-react';
import { DropdownMenu, Popover as RadixPopover } from 'radix-ui';
import { Kbd } from '../button.tsx';
import { choseIn, keepMovedFocus } from '../work-focus.ts';
import { DialogElementContext } from './dialog.tsx';
import './menu.css';

/** One entry of a `Menu`; `separator` draws a line above it. */
export interface MenuItem {
  label: string;
  run: () => void;
  hint?: string;
  icon?: ReactNode;
  shortcut?: string;
  isDisabled?: boolean;
  isDangerous?: boolean;
  separator?: boolean;
  /** For one of several choices: whether it is the one that counts now. */
  isChecked?: boolean;
}

interface MenuProps {
  /** The button that opens it. */
  trigger: ReactNode;
  items: readonly MenuItem[];
  align?: 'start' | 'end';
}

/** A drop-down menu; not modal, because the modal kind injects a style element the CSP refuses. */
export function Menu({ trigger, items, align = 'start' }: MenuProps) {
  const container = useContext(DialogElementContext);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal container={container}>
        <DropdownMenu.Content
          className="menu"
          align={align}
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={keepMovedFocus}
        >
          {items.map((item) => (
            <MenuEntry key={item.label} item={item} />
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function MenuEntry({ item }: { item: MenuItem }) {
  const shared = {
    className: item.isDangerous ? 'menu-item menu-item-danger' : 'menu-item',
    disabled: item.isDisabled === true,
    onSelect: ({ target }: Event) => {
      if (target instanceof Element) choseIn(target.closest('[role="menu"]'));
      item.run();
    },
  };
  const content = (
    <>
      {item.icon}
      <span className="menu-label">
        {item.label}
        {item.hint !== undefined && <span className="menu-hint">{item.hint}</span>}
      </span>
      {item.shortcut !== undefined && <Kbd keys={item.shortcut} />}
    </>
  );
  return (
    <>
      {item.separator && <DropdownMenu.Separator className="menu-separator" />}
      {item.isChecked === undefined ? (
        <DropdownMenu.Item {...shared}>{content}</DropdownMenu.Item>
      ) : (
        <DropdownMenu.CheckboxItem {...shared} checked={item.isChecked}>
          <Check size={13} className={item.isChecked ? undefined : 'menu-unchecked'} />
          {content}
        </DropdownMenu.CheckboxItem>
      )}
    </>
  );
}

interface PopoverProps {
  trigger: ReactNode;
  /** The accessible name of the panel. */
  label: string;
  children: ReactNode;
  align?: 'start' | 'end';
  isOpen?: boolean;
  onOpen?: (isOpen: boolean) => void;
}

/** A small panel that opens from a button and closes on Escape or a click elsewhere. */
export function Popover({ trigger, label, children, align = 'start', ...state }: PopoverProps) {
  const container = useContext(DialogElementContext);
  return (
    <RadixPopover.Root
      {...(state.isOpen === undefined ? {} : { open: state.isOpen })}
      {...(state.onOpen === undefined ? {} : { onOpenChange: state.onOpen })}
    >
      <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal container={container}>
        <RadixPopover.Content
          className="popover"
          aria-label={label}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={keepMovedFocus}
        >
          {children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}
