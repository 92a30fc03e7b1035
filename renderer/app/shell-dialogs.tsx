import { useState, type KeyboardEvent } from 'react';
import { Kbd } from '../ui/button.tsx';
import { Dialog } from '../ui/dialogs/dialog.tsx';
import { TextInput } from '../ui/inputs/inputs.tsx';
import { NetworkDialog } from '../ui/network/network-dialog.tsx';
import { activeShortcuts, type Shortcut } from '../ui/shortcuts.ts';
import { DiskDialog } from './disk-dialog.tsx';
import { BackupsDialog } from './backups-dialog.tsx';
import { MergeDialog } from './merge/merge-dialog.tsx';
import { PacketDialog } from './merge/packet-dialog.tsx';
import { SendBackDialog } from './merge/send-back-dialog.tsx';
import { AboutDialog } from './settings/about-dialog.tsx';
import { useFindings } from './find-anything.ts';
import { HelpDialog } from './settings/help-dialog.tsx';
import { SettingsDialog } from './settings/settings-dialog.tsx';
import { showShellDialog, useShell } from './shell-store.ts';
import './palette.css';

/** The command palette, the shortcut list or a dialog about the project, when one is open. */
export function ShellDialogs() {
  const dialog = useShell((state) => state.dialog);
  if (dialog === 'palette') return <CommandPalette />;
  if (dialog === 'shortcuts') return <ShortcutList />;
  if (dialog === 'settings') return <SettingsDialog />;
  if (dialog === 'help') return <HelpDialog />;
  if (dialog === 'about') return <AboutDialog />;
  if (dialog === 'packet') return <PacketDialog />;
  if (dialog === 'disk') return <DiskDialog />;
  if (dialog === 'network') return <NetworkDialog onClose={() => showShellDialog(null)} />;
  return (
    <>
      <BackupsDialog />
      <MergeDialog />
      <SendBackDialog />
    </>
  );
}

/** Every shortcut that works in the view behind this dialog, by group. */
function ShortcutList() {
  const [shortcuts] = useState(() => activeShortcuts().filter((entry) => entry.keys.length > 0));
  const groups = Object.entries(Object.groupBy(shortcuts, (shortcut) => shortcut.group));
  return (
    <Dialog title="Keyboard shortcuts" onClose={() => showShellDialog(null)}>
      {groups.map(([group, entries = []]) => (
        <section key={group}>
          <h3 className="shortcut-group">{group}</h3>
          <dl className="shortcut-list">
            {entries.map((shortcut) => (
              <div key={shortcut.label}>
                <dt>{shortcut.label}</dt>
                <dd>
                  {shortcut.keys.map((keys) => (
                    <Kbd key={keys} keys={keys} />
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}

/** Runs it after the dialog is gone, so that it may open the next one or move the focus. */
function run(command: Shortcut | undefined): void {
  if (!command) return;
  showShellDialog(null);
  setTimeout(command.run);
}

/** Finds a command of the shell or of the shown tab by a few letters, and runs it. */
function CommandPalette() {
  const [commands] = useState(activeShortcuts);
  const [text, setText] = useState('');
  const [cursor, setCursor] = useState(0);
  const findings = useFindings(text);
  const matches: (Shortcut & { id?: string })[] = [
    ...rankCommands(commands, text, findings.length === 0),
    ...findings,
  ];
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Enter') run(matches[cursor]);
    else if (step !== undefined) move(step);
    else return;
    event.preventDefault();
  };
  const move = (step: number) =>
    setCursor(Math.max(0, Math.min(matches.length - 1, cursor + step)));
  return (
    <Dialog title="Commands" onClose={() => showShellDialog(null)}>
      <TextInput
        label="Command"
        hideLabel
        placeholder="A command, a setting, or words of a sample, run or evaluation"
        role="combobox"
        aria-expanded
        aria-controls="palette-commands"
        aria-activedescendant={`palette-command-${cursor}`}
        data-autofocus
        value={text}
        onValue={(value) => {
          setText(value);
          setCursor(0);
        }}
        onKeyDown={press}
      />
      <div className="palette" id="palette-commands" role="listbox" aria-label="Commands">
        {matches.length === 0 && (
          <p className="dim">
            Nothing is called “{text}”: no command, setting, sample, run or evaluation.
          </p>
        )}
        {matches.map((command, index) => (
          <button
            key={`${command.group} ${command.id ?? command.label}`}
            id={`palette-command-${index}`}
            type="button"
            role="option"
            tabIndex={-1}
            aria-selected={index === cursor}
            className="palette-command"
            ref={(element) => {
              if (index === cursor) element?.scrollIntoView({ block: 'nearest' });
            }}
            onPointerMove={() => setCursor(index)}
            onClick={() => run(command)}
          >
            <span className="truncate">{command.label}</span>
            <span className="faint small">{command.group}</span>
            <span className="spacer" />
            {command.keys[0] !== undefined && <Kbd keys={command.keys[0]} />}
          </button>
        ))}
      </div>
    </Dialog>
  );
}

/** Commands whose words contain the typed letters in order, best match first. */
export function rankCommands(
  commands: readonly Shortcut[],
  text: string,
  mayScatter = true,
): Shortcut[] {
  const wanted = text.trim().toLowerCase();
  const scored = commands.flatMap((command) => {
    const score = matchScore(command.label.toLowerCase(), wanted);
    const isMatch = score !== undefined && (mayScatter || score < scattered);
    return isMatch ? [{ command, score }] : [];
  });
  return scored.toSorted((a, b) => a.score - b.score).map((entry) => entry.command);
}

const scattered = 3;

/** Lower is better: start of the label, then start of a word, then anywhere, then scattered. */
function matchScore(label: string, wanted: string): number | undefined {
  const index = label.indexOf(wanted);
  if (index === 0) return 0;
  if (index > 0) return label[index - 1] === ' ' ? 1 : 2;
  let position = -1;
  for (const letter of wanted.replaceAll(' ', '')) {
    position = label.indexOf(letter, position + 1);
    if (position < 0) return undefined;
  }
  return scattered;
}
