import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { config } from 'zod';
import { stayConnected } from '../rpc/connection.ts';
import { watchCore } from '../rpc/watch.ts';
import { listenForShortcuts } from '../ui/shortcuts.ts';
import { listenForTyping } from '../ui/work-focus.ts';
import { parseAddress } from './address.ts';
import { App } from './app.tsx';
import { applyStoredAppearance } from './appearance.ts';
import { preloadTabs } from './tabs.tsx';
import '../ui/tokens.css';
import '../ui/base.css';

// The content security policy forbids generated code; zod would try it first.
config({ jitless: true });
applyStoredAppearance();
listenForShortcuts();
listenForTyping();
void stayConnected(watchCore);
preloadTabs(parseAddress(location.hash)?.tab ?? 'curate');

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element with the id "root".');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
