import type { KeyboardEvent } from 'react';
import { ChevronDown, CircleHelp, Command, Monitor, Moon, ShieldAlert, Sun } from 'lucide-react';
import type { Preferences } from '../../shared/contract/settings.ts';
import type { ProjectInfo } from '../../shared/contract/app.ts';
import { formatCount } from '../../shared/text/numbers.ts';
import { usePreference } from '../rpc/settings.ts';
import { useStoring } from '../rpc/storing.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Menu, type MenuItem } from '../ui/dialogs/menu.tsx';
import { goToTab } from '../ui/navigation.ts';
import { formatShortcut } from '../ui/shortcuts.ts';
import { AuthorField } from './author-field.tsx';
import { JobsTray } from './jobs-tray.tsx';
import { chooseMerge, chooseProject, closeProject, newProject, saveProjectAs } from './project.ts';
import { showBackups, showShellDialog, showUndoMerge } from './shell-store.ts';
import { panelIdOf, tabIdOf, useTabs } from './tabs.tsx';
import { cycleTheme } from './appearance.ts';

interface TopBarProps {
  project: ProjectInfo | null;
  /** False while it is to be decided whether to show them. */
  areTabsShown: boolean;
}

/** Project, tabs, jobs and settings in one line. */
export function TopBar({ project, areTabsShown }: TopBarProps) {
  return (
    <header className="top-bar">
      {project ? <ProjectMenu project={project} /> : <strong>Lima Workbench</strong>}
      {project && areTabsShown && <TabList />}
      {project && project.packet?.kind !== 'evaluation' && <Counts project={project} />}
      <Storing />
      {project && <FileProblem project={project} />}
      <span className="spacer" />
      {project && project.packet?.kind !== 'evaluation' && <JobsTray />}
      <IconButton
        label="Command palette"
        shortcut="Mod+k"
        onClick={() => showShellDialog('palette')}
      >
        <Command size={15} />
      </IconButton>
      <ThemeButton />
      <HelpMenu />
      <AuthorField />
    </header>
  );
}

/** What a review packet, which is judged and sent back, has no use for. */
const mergeItems: readonly MenuItem[] = [
  { label: 'Merge another copy…', run: () => void chooseMerge(), separator: true },
  { label: 'Undo the newest merge…', run: showUndoMerge },
  { label: 'Write a review packet…', run: () => showShellDialog('packet') },
];

function ProjectMenu({ project }: { project: ProjectInfo }) {
  return (
    <Menu
      trigger={
        <Button variant="ghost" className="top-bar-project" title={project.path}>
          <span className="truncate">{project.name}</span>
          <ChevronDown size={13} aria-hidden />
        </Button>
      }
      items={[
        { label: 'New project…', run: () => void newProject() },
        { label: 'Open project…', run: () => void chooseProject() },
        { label: 'Save as…', run: () => void saveProjectAs(project.name) },
        ...(project.packet === null ? mergeItems : []),
        { label: 'Backups…', run: () => showBackups(project.path), separator: true },
        { label: 'Disk…', run: () => showShellDialog('disk') },
        { label: 'Network…', run: () => showShellDialog('network') },
        { label: 'Close project', hint: project.path, run: closeNow },
      ]}
    />
  );
}

/** Damaged rows, or no new backup: the work goes on, and this says so until it is mended. */
function FileProblem({ project }: { project: ProjectInfo }) {
  const { damagedGroups, backupProblem, path } = project;
  if (damagedGroups === 0 && backupProblem === null) return null;
  const damage = 'The disk changed rows of this project: look at the backups.';
  return (
    <Button
      variant="ghost"
      icon={<ShieldAlert size={14} />}
      title={damagedGroups > 0 ? damage : (backupProblem ?? '')}
      onClick={() => showBackups(path)}
    >
      {damagedGroups > 0 ? 'Damaged rows' : 'No backup'}
    </Button>
  );
}

function closeNow(): void {
  void closeProject();
}

/** Arrows walk over the tabs, Enter or Space shows one: a tab may have much to load. */
function TabList() {
  const { tabs, shown: active } = useTabs();
  return (
    <div className="top-bar-tabs" role="tablist" aria-label="Workbench">
      {tabs.map(({ id, label, icon: Icon }, index) => (
        <button
          key={id}
          id={tabIdOf(id)}
          type="button"
          role="tab"
          className="top-bar-tab"
          aria-selected={id === active}
          aria-controls={id === active ? panelIdOf(id) : undefined}
          tabIndex={id === active ? 0 : -1}
          onKeyDown={walkTabs}
          title={`${label} (${formatShortcut(`Mod+${index + 1}`)})`}
          onClick={() => goToTab(id)}
        >
          <Icon size={14} aria-hidden />
          {label}
        </button>
      ))}
    </div>
  );
}

function walkTabs(event: KeyboardEvent<HTMLElement>): void {
  const tab = event.currentTarget;
  const list = tab.closest('[role="tablist"]') ?? tab;
  const tabs = [...list.querySelectorAll<HTMLElement>('[role="tab"]')];
  const at = tabs.indexOf(tab);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  tabs.at(to % tabs.length)?.focus();
}

function Counts({ project }: { project: ProjectInfo }) {
  const { pending, accepted, rejected } = project.samples;
  return (
    <div className="top-bar-counts" aria-label="Samples by status">
      <span>{formatCount(pending)} pending</span>
      <span>{formatCount(accepted)} accepted</span>
      <span>{formatCount(rejected)} rejected</span>
    </div>
  );
}

/** Beside numbers that do not know of it yet. */
function Storing() {
  const isSlow = useStoring((state) => state.isSlow);
  return (
    <span className="dim small" role="status" aria-label="Storing">
      {isSlow && 'Storing…'}
    </span>
  );
}

function HelpMenu() {
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label="Settings and help">
          <CircleHelp size={15} />
        </IconButton>
      }
      items={[
        { label: 'Settings…', shortcut: 'Mod+,', run: () => showShellDialog('settings') },
        { label: 'Help…', run: () => showShellDialog('help'), separator: true },
        { label: 'Keyboard shortcuts…', shortcut: '?', run: () => showShellDialog('shortcuts') },
        { label: 'About Lima Workbench…', run: () => showShellDialog('about') },
      ]}
    />
  );
}

const themeIcons: Record<Preferences['theme'], typeof Sun> = {
  system: Monitor,
  light: Sun,
  dark: Moon,
};

function ThemeButton() {
  const theme = usePreference('theme');
  const Icon = themeIcons[theme];
  return (
    <IconButton label={`Theme: ${theme}`} onClick={() => void cycleTheme(theme)}>
      <Icon size={15} />
    </IconButton>
  );
}
