import { Suspense, memo, useEffect, useRef, useState, Component, type ReactNode } from 'react';
import { PlugZap } from 'lucide-react';
import { useConnection } from '../rpc/connection.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmHost } from '../ui/dialogs/dialog.tsx';
import { ThingDialogs } from '../ui/things/thing-dialogs.tsx';
import { ErrorView } from '../ui/feedback/error-view.tsx';
import { LoadingState, QueryView, EmptyState } from '../ui/feedback/states.tsx';
import { ToastHost } from '../ui/feedback/toast.tsx';
import { FileDialogHost } from '../ui/files/file-dialog.tsx';
import type { TabId } from '../ui/navigation.ts';
import { TabActiveContext } from '../ui/shortcuts.ts';
import { focusTab } from '../ui/work-focus.ts';
import { useProject } from '../rpc/project.ts';
import { useAppearance } from './appearance.ts';
import { ClosingBanner, useLeaveGuard } from './closing-banner.tsx';
import { ContentsPage } from './contents-page.tsx';
import { PacketBanner } from './merge/packet-banner.tsx';
import { useDroppedFiles } from './dropped-files.ts';
import { OngoingDialog } from './ongoing-dialog.tsx';
import { PipelineBar } from './pipeline-bar.tsx';
import { OpeningDialog } from './opening-dialog.tsx';
import { ReadOnlyBanner } from './read-only-banner.tsx';
import { ShellDialogs } from './shell-dialogs.tsx';
import { useDesktopCommands, useShellShortcuts } from './shell-commands.ts';
import { useJobNotifications } from './settings/notifications.ts';
import { useShell } from './shell-store.ts';
import { forgetTab, panelIdOf, tabIdOf, TabView, useTabs } from './tabs.tsx';
import { TopBar } from './top-bar.tsx';
import { useAddress } from './use-address.ts';
import { useTitle } from './use-title.ts';
import { Welcome } from './welcome.tsx';
import './app.css';

/** The whole window. */
export function App() {
  const needsSignIn = useConnection(({ phase, wasOpen }) => phase === 'sign-in' && !wasOpen);
  return needsSignIn ? <SignInPage /> : <Workbench />;
}

function Workbench() {
  const project = useProject();
  const readPath = useShell((state) => state.readPath);
  const isForeign = project.data?.readReason === 'not-trusted';
  const isUndecided = isForeign && project.data?.path !== readPath;
  useAppearance();
  useShellShortcuts();
  useLeaveGuard();
  useAddress(isUndecided ? null : project.data);
  useTitle(project.data ?? null);
  useJobNotifications();
  useDroppedFiles();
  useDesktopCommands();
  return (
    <div className="app">
      <TopBar project={project.data ?? null} areTabsShown={!isUndecided} />
      <ConnectionBanner />
      {!isUndecided && <ReadOnlyBanner project={project.data ?? null} />}
      <ClosingBanner project={project.data ?? null} />
      <PacketBanner project={project.data ?? null} />
      {project.data?.packet === null && !isUndecided && <PipelineBar />}
      <main className="app-main">
        <QueryView query={project} loading="Connecting to the core…">
          {(data) => {
            if (data === null) return <Welcome />;
            return isUndecided ? <ContentsPage project={data} /> : <TabPanels key={data.path} />;
          }}
        </QueryView>
      </main>
      <ShellDialogs />
      <FileDialogHost />
      <ThingDialogs />
      <ConfirmHost />
      <OngoingDialog />
      <OpeningDialog />
      <ToastHost />
    </div>
  );
}

/**
 * Every tab that was shown once stays, hidden, so that drafts and streams in it live on. What the
 * shell shows of the project changes with every click, which no tab has to render for.
 */
const TabPanels = memo(function TabPanels() {
  const { tabs, shown: active } = useTabs();
  const [visited, setVisited] = useState<readonly TabId[]>([active]);
  if (!visited.includes(active)) setVisited([...visited, active]);
  const shown = useRef(active);
  useEffect(() => {
    if (shown.current !== active) focusTab();
    shown.current = active;
  }, [active]);
  return tabs
    .filter((tab) => visited.includes(tab.id))
    .map(({ id, label }) => (
      <section
        key={id}
        id={panelIdOf(id)}
        className="app-tab"
        role="tabpanel"
        aria-labelledby={tabIdOf(id)}
        tabIndex={-1}
        hidden={id !== active}
      >
        <h1 className="visually-hidden">{label}</h1>
        <TabActiveContext value={id === active}>
          <ErrorBoundary onRetry={() => forgetTab(id)}>
            <Suspense fallback={<LoadingState />}>
              <TabView id={id} />
            </Suspense>
          </ErrorBoundary>
        </TabActiveContext>
      </section>
    ));
});

/** Says that nothing can be saved right now; gone as soon as the core answers again. */
function ConnectionBanner() {
  const { phase, reason } = useConnection();
  if (phase !== 'lost' && phase !== 'sign-in') return null;
  return (
    <div className="banner" role="alert">
      <PlugZap size={14} aria-hidden />
      {phase === 'lost' ? (
        <span>Disconnected from the core. Trying again… Unsaved text stays here. ({reason})</span>
      ) : (
        <span>
          Signed out. {reason} Open the address that the server printed, here or in another tab:
          this one then goes on, and unsaved text stays here.
        </span>
      )}
    </div>
  );
}

/** What a browser without the server's token sees. */
function SignInPage() {
  const reason = useConnection((state) => state.reason);
  return (
    <main className="app">
      <EmptyState
        title="Open the address that the server printed"
        actions={<Button onClick={() => location.reload()}>Try again</Button>}
      >
        {reason} When it starts, <code>lima serve</code> prints an address that ends with{' '}
        <code>#token=…</code>. Open that whole address in this browser; it works as often as you
        like, until the server stops. A new token is made at every start.
      </EmptyState>
    </main>
  );
}

interface ErrorBoundaryProps {
  onRetry: () => void;
  children: ReactNode;
}

/** Keeps a defect in one tab from taking the window along; Retry mounts the tab anew. */
class ErrorBoundary extends Component<ErrorBoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    const retry = () => {
      this.props.onRetry();
      this.setState({ error: undefined });
    };
    return <ErrorView error={this.state.error} onRetry={retry} />;
  }
}
