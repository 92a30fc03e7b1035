import { Suspense, useState } from 'react';
import { useConnection } from '../rpc/connection.ts';
import { ConfirmHost } from '../ui/dialogs/confirm.tsx';
import { FileDialogHost } from '../ui/files/file-dialog.tsx';
import { useNavigation, type TabId } from '../ui/navigation.ts';
import { TabActiveContext } from '../ui/shortcuts.ts';
import { LoadingState, QueryView } from '../ui/feedback/states.tsx';
import { ToastHost } from '../ui/feedback/toast.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { ShellDialogs } from './shell-dialogs.tsx';
import { useProject } from './project.ts';
import { SignInPage } from './sign-in-page.tsx';
import { tabs } from './tabs.tsx';
import { TopBar } from './top-bar.tsx';
import { useDesktopCommands } from './desktop-commands.ts';
import { useShellShortcuts } from './shell-shortcuts.ts';
import { Welcome } from './welcome.tsx';
import './app.css';

/** The whole window. */
export function App() {
  const needsSignIn = useConnection((state) => state.phase === 'sign-in');
  return needsSignIn ? <SignInPage /> : <Workbench />;
}

function Workbench() {
  const project = useProject();
  useShellShortcuts();
  useDesktopCommands();
  return (
    <div className="app">
      <TopBar project={project.data ?? null} />
      <ConnectionBanner />
      <main className="app-main">
        <QueryView query={project} loading="Connecting to the core…">
          {(data) => (data === null ? <Welcome /> : <TabPanels key={data.path} />)}
        </QueryView>
      </main>
      <ShellDialogs />
      <FileDialogHost />
      <ConfirmHost />
      <ToastHost />
    </div>
  );
}

/** Every tab that was shown once stays, hidden, so that drafts and streams in it live on. */
function TabPanels() {
  const active = useNavigation((state) => state.tab);
  const [visited, setVisited] = useState<readonly TabId[]>([active]);
  if (!visited.includes(active)) setVisited([...visited, active]);
  return tabs
    .filter((tab) => visited.includes(tab.id))
    .map(({ id, label, View }) => (
      <section
        key={id}
        className="app-tab"
        role="tabpanel"
        aria-label={label}
        hidden={id !== active}
      >
        <TabActiveContext value={id === active}>
          <ErrorBoundary>
            <Suspense fallback={<LoadingState />}>
              <View />
            </Suspense>
          </ErrorBoundary>
        </TabActiveContext>
      </section>
    ));
}
