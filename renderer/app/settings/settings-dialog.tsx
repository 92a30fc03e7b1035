import { useState } from 'react';
import type {
  PersonalSettings,
  Preferences,
  PreferencesChange,
} from '../../../shared/contract/settings.ts';
import { changeSettings, useSettings } from '../../rpc/settings.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { QueryView } from '../../ui/feedback/states.tsx';
import { Checkbox, Segments } from '../../ui/inputs/inputs.tsx';
import { AuthorForm } from '../author-field.tsx';
import { BackupFolderField } from '../backups-dialog.tsx';
import { showShellDialog } from '../shell-store.ts';
import { askToNotify, notifyProblem } from './notifications.ts';
import './settings.css';

const themes: { value: Preferences['theme']; label: string }[] = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

const textSizes: { value: Preferences['textSize']; label: string }[] = [
  { value: 'normal', label: 'Normal' },
  { value: 'large', label: 'Large' },
  { value: 'larger', label: 'Larger' },
];

const enterKeys: { value: Preferences['enterKey']; label: string }[] = [
  { value: 'sends', label: 'Sends the message' },
  { value: 'breaks-line', label: 'Begins a new line' },
];

/** What a person sets once, for every project and every window on this machine. */
export function SettingsDialog() {
  const settings = useSettings();
  return (
    <Dialog title="Settings" isWide onClose={() => showShellDialog(null)}>
      <QueryView query={settings} loading="Reading the settings…">
        {(data) => <Settings settings={data} onChanged={settings.refetch} />}
      </QueryView>
    </Dialog>
  );
}

interface SettingsProps {
  settings: PersonalSettings;
  onChanged: () => void;
}

function Settings({ settings, onChanged }: SettingsProps) {
  const [problem, setProblem] = useState<unknown>();
  // Not an action, which takes one press at a time: two quick choices are both meant.
  const change = (wanted: PreferencesChange) => {
    changeSettings(wanted).then(() => setProblem(undefined), setProblem);
  };
  return (
    <div className="settings">
      {problem !== undefined && <ErrorView error={problem} />}
      <section aria-label="Appearance">
        <h3>Appearance</h3>
        <Choice
          label="Theme"
          value={settings.theme}
          options={themes}
          onValue={(theme) => change({ theme })}
        />
        <Choice
          label="Text size"
          value={settings.textSize}
          options={textSizes}
          onValue={(textSize) => change({ textSize })}
        />
      </section>
      <section aria-label="Writing">
        <h3>Writing in Chat</h3>
        <Choice
          label="Enter"
          value={settings.enterKey}
          options={enterKeys}
          onValue={(enterKey) => change({ enterKey })}
        />
        <p className="dim small">Shift and Enter does the other.</p>
      </section>
      <section aria-label="Annotator">
        <h3>Annotator</h3>
        <AuthorForm author={settings.author} onSaved={onChanged} />
      </section>
      <section aria-label="Notifications">
        <h3>Notifications</h3>
        <NotifySetting isOn={settings.notifies} />
      </section>
      <section aria-label="Backups">
        <h3>Backups</h3>
        <BackupFolderField folder={settings.backupFolder} onChanged={onChanged} />
      </section>
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  label: string;
  value: Value;
  options: { value: Value; label: string }[];
  onValue: (value: Value) => void;
}

function Choice<Value extends string>({ label, ...props }: ChoiceProps<Value>) {
  return (
    <div className="settings-choice">
      <span>{label}</span>
      <Segments label={label} {...props} />
    </div>
  );
}

/** A browser asks for its permission at the click, and only then. */
function NotifySetting({ isOn }: { isOn: boolean }) {
  const [problem, setProblem] = useState(isOn ? notifyProblem() : null);
  const change = useAction(async (notifies: boolean) => {
    const refusal = notifies ? await askToNotify() : null;
    setProblem(refusal);
    if (refusal === null) await changeSettings({ notifies });
  });
  return (
    <>
      <Checkbox
        label="Tell when a job of more than ten seconds ends while this window is not looked at"
        isChecked={isOn}
        disabled={change.isRunning}
        onChecked={(notifies) => void change.run(notifies)}
      />
      {problem !== null && <p role="alert">{problem}</p>}
      {change.error !== undefined && <ErrorView error={change.error} />}
    </>
  );
}
