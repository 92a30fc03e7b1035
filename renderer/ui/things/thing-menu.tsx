import { useEffect, useState, type ReactNode } from 'react';
import { MoreHorizontal } from 'lucide-react';
import { deletionVerb, thingNouns } from '../../../shared/text/project/deleting.ts';
import { useReadOnlyNotice } from '../../rpc/project.ts';
import { IconButton } from '../button.tsx';
import { Menu } from '../dialogs/menu.tsx';
import { useShortcuts } from '../shortcuts.ts';
import { askDeletion, editLabels, type ThingTarget } from './things-store.ts';
import './things.css';

/** The ⋯ button of a thing: rename, note and tags, delete. */
export function ThingMenu({ target }: { target: ThingTarget }) {
  const notice = useReadOnlyNotice();
  const isDisabled = notice !== null;
  const hint = notice === null ? {} : { hint: notice };
  return (
    <Menu
      align="end"
      trigger={
        <IconButton small label={`More about ${target.name}`} className="thing-menu">
          <MoreHorizontal size={14} />
        </IconButton>
      }
      items={[
        {
          label: 'Rename…',
          shortcut: 'F2',
          isDisabled,
          ...hint,
          run: () => editLabels(target, 'name'),
        },
        { label: 'Note and tags…', isDisabled, run: () => editLabels(target, 'note') },
        {
          label: `${deletionVerb(target)}…`,
          shortcut: 'Delete',
          isDangerous: true,
          isDisabled,
          separator: true,
          run: () => askDeletion(target),
        },
      ]}
    />
  );
}

/** The keys of a row in which the focus is: F2 renames, Delete deletes. Goes to the row's `ref`. */
export function useThingKeys(target: ThingTarget): (row: HTMLElement | null) => void {
  const isReadOnly = useReadOnlyNotice() !== null;
  const [row, setRow] = useState<HTMLElement | null>(null);
  useEffect(() => {
    if (!row || isReadOnly) return undefined;
    const press = (event: KeyboardEvent) => pressOn(target, event);
    row.addEventListener('keydown', press);
    return () => row.removeEventListener('keydown', press);
  });
  return setRow;
}

function pressOn(target: ThingTarget, event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'F2') editLabels(target, 'name');
  else if (event.key === 'Delete') askDeletion(target);
  else return;
  event.preventDefault();
}

interface ThingRowProps {
  target: ThingTarget;
  /** The one that the page beside the list is about: the keys work from there, too. */
  isCurrent?: boolean;
  children: ReactNode;
}

/** A row of a list of things, with its menu and its keys. */
export function ThingRow({ target, isCurrent = false, children }: ThingRowProps) {
  const isReadOnly = useReadOnlyNotice() !== null;
  return (
    <li className="thing-row" ref={useThingKeys(target)}>
      {children}
      <ThingMenu target={target} />
      {isCurrent && !isReadOnly && <CurrentKeys target={target} />}
    </li>
  );
}

function CurrentKeys({ target }: { target: ThingTarget }) {
  const noun = thingNouns[target.thing];
  const group = 'Things';
  useShortcuts([
    { keys: ['F2'], label: `Rename the ${noun}…`, group, run: () => editLabels(target, 'name') },
    {
      keys: [],
      label: `Note and tags of the ${noun}…`,
      group,
      run: () => editLabels(target, 'note'),
    },
    { keys: ['Delete'], label: `Delete the ${noun}…`, group, run: () => askDeletion(target) },
  ]);
  return null;
}
